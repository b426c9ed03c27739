{% set fields = ['status', 'status_reason', 'organisation', 'incident_category'] %}
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

codes as (
    select
        code,
        code_number
    from {{ ref('int_incident_codes_numbered') }}
    where field = 'status'
),

summarised as (
    select
        incident_id,
        {% for field in fields %}
            min_by(old_{{ field }}_number, changed_at) as first_{{ field }}_number,
        {% endfor %}
        max_by(new_status_number, changed_at) as last_status_number,
        max(changed_at) filter (where new_status_number is not null) as last_status_changed_at
    from changes
    group by incident_id
),

final as (
    select
        summarised.*,
        coalesce(statuses.clock_state in ('stopped', 'cancelled'), false) as is_stopped
    from summarised
    left join codes
        on summarised.last_status_number = codes.code_number
    left join statuses
        on codes.code = statuses.status
)

select * from final
