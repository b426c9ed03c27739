{#
    Joins a staging model to the CTE `new_submissions`. An incremental scan names them in constants too: by these DuckDB leaves out
    the files of all others, which a join would read first.
#}
{% macro new_submissions_only(extract, staged='staged') -%}
    inner join new_submissions
        on
            {{ staged }}.provider = new_submissions.provider
            and {{ staged }}.period = new_submissions.period
            and {{ staged }}.submission_version = new_submissions.submission_version
            {%- if execute and is_incremental() %}
                {%- set new = run_query('select submission_key from (' ~ scan_new_submissions(extract) ~ ')') %}
            and {{ staged }}.submission_key in ('{{ new.columns[0].values() | join("', '") }}')
            {%- endif %}
{%- endmacro %}
