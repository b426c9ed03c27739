{# The engine's version: what its own hash functions give may differ in another. #}
{% macro engine_version() -%}
    {{ return(run_query('select version()').columns[0].values()[0]) }}
{%- endmacro %}
