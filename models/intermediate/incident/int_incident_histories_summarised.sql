with

changes as (
    select *
    from {{ ref('int_incident_changes_grouped') }}
),

statuses as (
    select
        status,
        clock_state
    from {{ ref('incident_statuses') }}
),

summarised as (
    select
        incident_id,
        min_by(old_status, changed_at) as first_status,
        min_by(old_status_reason, changed_at) as first_status_reason,
        min_by(old_organisation, changed_at) as first_organisation,
        min_by(old_incident_category, changed_at) as first_incident_category,
        max_by(new_status, changed_at) as last_status,
        max(changed_at) filter (where new_status is not null) as last_status_changed_at
    from changes
    group by incident_id
),

final as (
    select
        summarised.*,
        coalesce(statuses.clock_state in ('stopped', 'cancelled'), false) as is_stopped
    from summarised
    left join statuses
        on summarised.last_status = statuses.status
)

select * from final
