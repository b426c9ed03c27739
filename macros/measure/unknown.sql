{# The one word for what is not known, in every dimension: that of the seed `regions`. #}
{% macro unknown() -%}
    'Unknown'
{%- endmacro %}
