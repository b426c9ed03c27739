-- Several fields may change at one instant: they are one change of the Incident's state. An exact duplicate of an
-- audit row changes nothing. '' is a field that was cleared; null is a field that did not change.
with

staged as (
    select *
    from {{ ref('stg_dcc__remedy_incident_audit') }}
),

audit_fields as (
    select
        audit_field,
        tracked_as
    from {{ ref('incident_audit_fields') }}
),

tracked as (
    select
        staged.incident_id,
        staged.submission_key,
        staged.source_row,
        audit_fields.tracked_as,
        date_trunc('second', staged.changed_at) as changed_at,
        coalesce(staged.old_value, '') as old_value,
        coalesce(staged.new_value, '') as new_value
    from staged
    {{ current_submissions_only('remedy_incident_audit') }}
    inner join audit_fields
        on staged.audit_field = audit_fields.audit_field
),

final as (
    select
        incident_id,
        changed_at,
        {% for field in ['status', 'status_reason', 'organisation', 'incident_category'] %}
            min_by(old_value, source_row)
                filter (where tracked_as = '{{ field }}') as old_{{ field }},
            max_by(new_value, source_row)
                filter (where tracked_as = '{{ field }}') as new_{{ field }},
        {% endfor %}
        max(submission_key) as submission_key
    from tracked
    group by incident_id, changed_at
)

select * from final
