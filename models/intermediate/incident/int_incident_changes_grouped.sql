{# Several fields may change within one second: they are one change of the Incident's state, each
   field with its first old and its last new value. An exact duplicate of an audit row changes
   nothing. '' is a field that was cleared; null is a field that did not change. #}
with

staged as (
    select
        incident_id,
        audit_field,
        old_value,
        new_value,
        changed_at,
        source_row,
        provider,
        period,
        submission_version
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
        audit_fields.tracked_as,
        staged.changed_at,
        coalesce(staged.old_value, '') as old_value,
        coalesce(staged.new_value, '') as new_value,
        min(staged.source_row) as source_row
    from staged
    {{ current_submissions_only('remedy_incident_audit') }}
    inner join audit_fields
        on staged.audit_field = audit_fields.audit_field
    group by
        staged.incident_id,
        audit_fields.tracked_as,
        staged.changed_at,
        coalesce(staged.old_value, ''),
        coalesce(staged.new_value, '')
),

-- One number orders the changes of a second: by microsecond, then as the log has them.
numbered as (
    select
        incident_id,
        tracked_as,
        old_value,
        new_value,
        date_trunc('second', changed_at) as changed_at,
        extract(microsecond from changed_at) * 100000000000 + source_row as change_number
    from tracked
),

final as (
    select
        incident_id,
        {% for field in ['status', 'status_reason', 'organisation', 'incident_category'] %}
            min_by(old_value, change_number)
            filter (where tracked_as = '{{ field }}') as old_{{ field }},
            max_by(new_value, change_number)
            filter (where tracked_as = '{{ field }}') as new_{{ field }},
        {% endfor %}
        changed_at
    from numbered
    group by incident_id, changed_at
)

select * from final
