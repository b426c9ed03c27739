{# Grouping and carrying forward cost a third of the time on small numbers instead of text: the
   history of an Incident is kept in these numbers, and the facts turn them back into text. #}
with

incidents as (
    select
        status,
        status_reason,
        organisation,
        incident_category
    from {{ ref('int_incidents_deduplicated') }}
),

staged as (
    select
        audit_field,
        old_value,
        new_value,
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

changes as (
    select distinct
        audit_fields.tracked_as,
        staged.old_value,
        staged.new_value
    from staged
    {{ current_submissions_only('remedy_incident_audit') }}
    inner join audit_fields
        on staged.audit_field = audit_fields.audit_field
),

codes as (
    {% for field in ['status', 'status_reason', 'organisation', 'incident_category'] %}
        select
            '{{ field }}' as field,
            {{ field }} as code
        from incidents
        union distinct
    {% endfor %}
    select
        tracked_as as field,
        old_value as code
    from changes
    union distinct
    select
        tracked_as as field,
        new_value as code
    from changes
),

final as (
    select
        field,
        code,
        cast(row_number() over (order by field, code) as integer) as code_number
    from codes
    where code != ''
)

select * from final
