{#- CPM 4, 5, 5A: docs/measures/cpm_4_5_5a.md#clock; INC-05 -#}
{# An Incident stands in the export of every month in which it was open: the latest change to it
   wins, then the later month. Rows of one submission with the same Last Modified Date are equal:
   landing keeps aside those that differ. #}
with

staged as (
    select *
    from {{ ref('stg_dcc__remedy_incidents') }}
),

current_rows as (
    select staged.*
    from staged
    {{ current_submissions_only('remedy_incidents', 'staged', 'submissions') }}
),

latest as (
    select *
    from current_rows
    qualify
        row_number() over (
            partition by incident_id
            order by
                last_modified_at desc,
                period desc,
                provider desc,
                source_file desc,
                source_row desc
        ) = 1
),

final as (
    select
        incident_id,
        submission_key,
        source_file,
        source_row,
        incident_category,
        status,
        status_reason,
        organisation,
        region,
        recorded_provider,
        raised_by,
        date_trunc('second', logged_at) as logged_at,
        -- A response from before the Incident was logged tells nothing of how long one took.
        case
            when date_trunc('second', responded_at) >= date_trunc('second', logged_at)
                then date_trunc('second', responded_at)
        end as responded_at,
        date_trunc('second', last_resolved_at) as last_resolved_at,
        date_trunc('second', reopened_at) as reopened_at,
        date_trunc('second', closed_at) as closed_at,
        date_trunc('second', last_modified_at) as last_modified_at
    from latest
)

select * from final
