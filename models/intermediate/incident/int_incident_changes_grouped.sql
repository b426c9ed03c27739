{# Several fields may change within one second: they are one change of the Incident's state, each
   field with its first old and its last new value. Two changes of one field at one instant stand
   in the order of the log: here alone the order of rows is evidence. An exact duplicate changes
   nothing. 0 is a field that was cleared; null is a field that did not change. #}
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
        tracked_as
    from {{ ref('incident_audit_fields') }}
),

cancelled_statuses as (
    select status
    from {{ ref('incident_statuses') }}
    where clock_state = 'cancelled'
),

codes as (
    select
        field,
        code,
        code_number
    from {{ ref('int_incident_codes_numbered') }}
),

numbered as (
    select
        staged.incident_id,
        audit_fields.tracked_as,
        coalesce(old_codes.code_number, 0) as old_number,
        coalesce(new_codes.code_number, 0) as new_number,
        audit_fields.tracked_as = 'status' and cancelled_statuses.status is not null
            as is_cancelled,
        staged.changed_at as logged_at,
        date_trunc('second', staged.changed_at) as changed_at,
        staged.provider,
        staged.period,
        staged.source_file,
        staged.source_row
    from staged
    {{ current_submissions_only('remedy_incident_audit') }}
    inner join audit_fields
        on staged.audit_field = audit_fields.audit_field
    left join codes as old_codes
        on
            audit_fields.tracked_as = old_codes.field
            and staged.old_value = old_codes.code
    left join codes as new_codes
        on
            audit_fields.tracked_as = new_codes.field
            and staged.new_value = new_codes.code
    left join cancelled_statuses
        on staged.new_value = cancelled_statuses.status
),

-- In nearly every second a field changes once, and there is nothing to put in order.
seconds as (
    select
        incident_id,
        {% for field in fields %}
            max(old_number) filter (where tracked_as = '{{ field }}') as old_{{ field }}_number,
            max(new_number) filter (where tracked_as = '{{ field }}') as new_{{ field }}_number,
        {% endfor %}
        max(case when is_cancelled then 1 else 0 end) = 1 as was_cancelled,
        count(*) as change_count,
        changed_at
    from numbered
    group by incident_id, changed_at
),

counted_seconds as (
    select
        *,
        change_count
        > {% for field in fields -%}
            cast(new_{{ field }}_number is not null as integer)
            {{- ' + ' if not loop.last }}
        {%- endfor %} as has_repeats
    from seconds
),

-- The rows of a submission are its files' rows, file by file in the order of their names.
repeats as (
    select
        numbered.incident_id,
        numbered.tracked_as,
        numbered.old_number,
        numbered.new_number,
        counted_seconds.was_cancelled,
        numbered.logged_at,
        numbered.changed_at,
        row_number() over (
            partition by numbered.incident_id, numbered.changed_at
            order by
                numbered.logged_at,
                numbered.period,
                numbered.provider,
                numbered.source_file,
                numbered.source_row
        ) as change_number
    from numbered
    inner join counted_seconds
        on
            numbered.incident_id = counted_seconds.incident_id
            and numbered.changed_at = counted_seconds.changed_at
            and counted_seconds.has_repeats
),

distinct_repeats as (
    select
        incident_id,
        tracked_as,
        old_number,
        new_number,
        was_cancelled,
        logged_at,
        changed_at,
        min(change_number) as change_number
    from repeats
    group by
        incident_id, tracked_as, old_number, new_number, was_cancelled, logged_at, changed_at
),

ordered_seconds as (
    select
        incident_id,
        {% for field in fields %}
            min_by(old_number, change_number)
            filter (where tracked_as = '{{ field }}') as old_{{ field }}_number,
            max_by(new_number, change_number)
            filter (where tracked_as = '{{ field }}') as new_{{ field }}_number,
        {% endfor %}
        was_cancelled,
        changed_at
    from distinct_repeats
    group by incident_id, was_cancelled, changed_at
),

final as (
    select
        incident_id,
        {% for field in fields %}
            old_{{ field }}_number,
            new_{{ field }}_number,
        {% endfor %}
        was_cancelled,
        changed_at
    from counted_seconds
    where not has_repeats
    union all by name
    select *
    from ordered_seconds
)

select * from final
