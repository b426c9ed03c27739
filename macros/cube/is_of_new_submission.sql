{#
    A condition on staged events: of a submission that an incremental cube has not scanned yet. It says in constants what the join
    to `new_submissions` says, so that the files of all other submissions are not even read. Without it a day on top of 270 million
    events read them all.
#}
{% macro is_of_new_submission(extract, events) -%}
    {%- if execute and is_incremental() -%}
        {%- set keys = run_query(
            'select submission_key from (' ~ scan_new_submissions(extract) ~ ')'
        ).columns[0].values() -%}
        {{ events }}.submission_key in ('{{ keys | join("', '") }}')
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
