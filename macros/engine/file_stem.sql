{# The name of a file without its directories and its ending: what a received file and its file in the lake share.
   `stem` of src/cpm_warehouse/receive/sources.py names the file in the lake by the same endings. #}
{% macro file_stem(path) -%}
    regexp_replace({{ file_name(path) }}, '([.](csv|tsv|txt)([.]gz)?|[.](parquet|xlsx|xlsm))$', '')
{%- endmacro %}
