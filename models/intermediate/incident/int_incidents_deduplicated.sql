{#- CPM 4, 5, 5A: docs/measures/cpm_4_5_5a.md#clock; INC-05, INC-24 -#}
{# An Incident stands in the export of every month in which it was open: the latest change to it
   wins, then the later month. Rows of one submission with the same Last Modified Date are equal:
   landing keeps aside those that differ. Without an organisation it is held by that of its group. #}
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

groups as (
    select
        assigned_group,
        organisation,
        valid_from,
        valid_to
    from {{ ref('int_incident_groups') }}
),

final as (
    select
        latest.incident_id,
        latest.submission_key,
        latest.source_file,
        latest.source_row,
        latest.incident_category,
        latest.status,
        latest.status_reason,
        latest.assigned_group,
        coalesce(latest.organisation, groups.organisation) as organisation,
        latest.region,
        latest.recorded_provider,
        latest.raised_by,
        date_trunc('second', latest.logged_at) as logged_at,
        -- A response from before the Incident was logged tells nothing of how long one took.
        case
            when
                date_trunc('second', latest.responded_at)
                >= date_trunc('second', latest.logged_at)
                then date_trunc('second', latest.responded_at)
        end as responded_at,
        date_trunc('second', latest.last_resolved_at) as last_resolved_at,
        date_trunc('second', latest.reopened_at) as reopened_at,
        date_trunc('second', latest.closed_at) as closed_at,
        date_trunc('second', latest.last_modified_at) as last_modified_at
    from latest
    left join groups
        on
            latest.assigned_group = groups.assigned_group
            and {{ is_listed('groups', 'latest.last_modified_at') }}
)

select * from final
