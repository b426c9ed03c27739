{#- CPM 4, 5, 5A: docs/measures/cpm_4_5_5a.md#clock; INC-04, INC-15, RES-11 -#}
{# Several fields may change within one second: they are one change of the Incident's state, each
   field with its first old and its last new value. Two changes of one field at one instant stand
   in the order of the log: here alone the order of rows is evidence. An exact duplicate changes
   nothing. '' is a field that was cleared; null is a field that did not change. #}
{% set fields = ['status', 'status_reason', 'organisation', 'incident_category'] %}
with

staged as (
    select
        incident_id,
        audit_field,
        old_value,
        new_value,
        changed_at,
        source_file,
        source_row,
        provider,
        period,
        submission_version
    from {{ ref('stg_dcc__remedy_incident_audit') }}
),

audit_fields as (
    select
        audit_field,
        tracked_as,
        valid_from,
        valid_to
    from {{ ref('int_incident_audit_fields') }}
),

cancelled_statuses as (
    select
        status,
        valid_from,
        valid_to
    from {{ ref('int_incident_statuses') }}
    where clock_state = 'cancelled'
),

-- The rows of a submission are its files' rows, file by file in the order of their names.
changes as (
    select
        staged.incident_id,
        audit_fields.tracked_as,
        coalesce(staged.old_value, '') as old_value,
        coalesce(staged.new_value, '') as new_value,
        audit_fields.tracked_as = 'status' and cancelled_statuses.status is not null
            as is_cancelled,
        staged.changed_at as logged_at,
        date_trunc('second', staged.changed_at) as changed_at,
        row_number() over (
            partition by staged.incident_id
            order by
                staged.changed_at,
                staged.period,
                staged.provider,
                staged.source_file,
                staged.source_row
        ) as change_number
    from staged
    {{ current_submissions_only('remedy_incident_audit', 'staged', 'submissions') }}
    inner join audit_fields
        on
            staged.audit_field = audit_fields.audit_field
            and {{ is_listed('audit_fields', 'staged.changed_at') }}
    left join cancelled_statuses
        on
            staged.new_value = cancelled_statuses.status
            and {{ is_listed('cancelled_statuses', 'staged.changed_at') }}
),

distinct_changes as (
    select
        incident_id,
        tracked_as,
        old_value,
        new_value,
        is_cancelled,
        changed_at,
        min(change_number) as change_number
    from changes
    group by incident_id, tracked_as, old_value, new_value, is_cancelled, logged_at, changed_at
),

final as (
    select
        incident_id,
        {% for field in fields %}
            min_by(old_value, change_number) filter (
                where tracked_as = '{{ field }}' and old_value is not null
            ) as old_{{ field }},
            max_by(new_value, change_number) filter (
                where tracked_as = '{{ field }}' and new_value is not null
            ) as new_{{ field }},
        {% endfor %}
        max(case when is_cancelled then 1 else 0 end) = 1 as was_cancelled,
        changed_at
    from distinct_changes
    group by incident_id, changed_at
)

select * from final
