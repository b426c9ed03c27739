{#- CPM 4, 5, 5A: docs/measures/cpm_4_5_5a.md#clock; INC-05 -#}
{% set fields = ['status', 'status_reason', 'organisation', 'incident_category'] %}
with

changes as (
    select *
    from {{ ref('int_incident_changes_grouped') }}
),

statuses as (
    select
        status,
        clock_state,
        valid_from,
        valid_to
    from {{ ref('int_incident_statuses') }}
),

summarised as (
    select
        incident_id,
        {% for field in fields %}
            min_by(old_{{ field }}, changed_at)
            filter (where old_{{ field }} is not null) as first_{{ field }},
        {% endfor %}
        max_by(new_status, changed_at) filter (where new_status is not null) as last_status,
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
        on
            summarised.last_status = statuses.status
            and {{ is_listed('statuses', 'summarised.last_status_changed_at') }}
)

select * from final
