{# True while a cube's SQL is compiled for its key: it then says the same whatever was scanned before. #}
{% macro is_cube_keyed_now() -%}
    {{ return(model.get('is_cube_keyed_now', false)) }}
{%- endmacro %}
