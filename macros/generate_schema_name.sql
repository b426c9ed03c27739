{# Schemas are named for their layer: one file holds one warehouse, so no target prefix is wanted. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
