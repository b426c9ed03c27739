{#
    Whether one of `rows`, of a staging model, is in the files of new submissions. An incremental scan names them in constants: by these
    DuckDB leaves out the files of all others, which a join would read first. A first scan finds every submission new.
#}
{% macro is_in_new_files(extract, rows) -%}
    {%- if execute and is_incremental() and not is_cube_keyed_now() -%}
        {%- set new = run_query('select submission_key from (' ~ scan_new_submissions(extract) ~ ')') -%}
        {{ rows }}.submission_key in ('{{ new.columns[0].values() | join("', '") }}')
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
