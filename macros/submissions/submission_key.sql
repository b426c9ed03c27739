{# The key of the submission that a lake row came from, as the register writes it. #}
{% macro submission_key(extract) -%}
    concat('{{ extract }}/', provider, '/', period, '/v', version)
{%- endmacro %}
