{# The name of a file without its directories and endings: what a received file and its file in the lake share. #}
{% macro file_stem(path) -%}
    {{ dbt.split_part(file_name(path), "'.'", 1) }}
{%- endmacro %}
