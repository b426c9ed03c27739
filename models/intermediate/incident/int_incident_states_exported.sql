{#- CPM 4, 5, 5A: docs/measures/cpm_4_5_5a.md#clock; INC-05 -#}
{# Ends and re-opens of an Incident that no audit row shows: they come from the dates of its latest
   export, where that is no older than the log's last Status. #}
with

incidents as (
    select
        incident_id,
        status,
        logged_at,
        last_resolved_at,
        reopened_at,
        closed_at,
        last_modified_at
    from {{ ref('int_incidents_deduplicated') }}
),

histories as (
    select *
    from {{ ref('int_incident_histories_summarised') }}
),

statuses as (
    select
        status,
        clock_state in ('stopped', 'cancelled') as is_stopped,
        valid_from,
        valid_to
    from {{ ref('int_incident_statuses') }}
),

exported as (
    select
        incidents.*,
        statuses.is_stopped as is_stopped_now,
        coalesce(histories.is_stopped, false) as is_stopped_in_log,
        coalesce(histories.last_status_changed_at, incidents.logged_at) as known_until
    from incidents
    inner join statuses
        on
            incidents.status = statuses.status
            and {{ is_listed('statuses', 'incidents.last_modified_at') }}
    left join histories
        on incidents.incident_id = histories.incident_id
),

changes_without_audit as (
    select
        incident_id,
        greatest(
            coalesce(
                case
                    when is_stopped_now then coalesce(last_resolved_at, closed_at)
                    else reopened_at
                end,
                last_modified_at
            ),
            known_until,
            logged_at
        ) as state_at,
        status
    from exported
    where
        is_stopped_now != is_stopped_in_log
        and last_modified_at >= known_until
),

-- Resolved in the log, then re-opened and resolved again: the log ends before the second time.
resolved_again_without_audit as (
    select *
    from exported
    where
        is_stopped_now
        and is_stopped_in_log
        and reopened_at >= known_until
        and last_resolved_at > reopened_at
),

final as (
    select
        incident_id,
        state_at,
        1 as exported_order,
        status
    from changes_without_audit
    union all
    select
        incident_id,
        greatest(reopened_at, logged_at) as state_at,
        1 as exported_order,
        '' as status
    from resolved_again_without_audit
    union all
    select
        incident_id,
        greatest(last_resolved_at, logged_at) as state_at,
        2 as exported_order,
        status
    from resolved_again_without_audit
)

select * from final
