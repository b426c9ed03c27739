with

changes as (
    select *
    from {{ source('lake', 'remedy_incident_audit') }}
),

final as (
    select
        {{ submission_key('remedy_incident_audit') }} as submission_key,
        provider,
        period,
        cast(version as integer) as submission_version,
        {{ adapter.quote('Incident Number') }} as incident_id,
        {{ adapter.quote('Field') }} as audit_field,
        {{ adapter.quote('Old Value') }} as old_value,
        {{ adapter.quote('New Value') }} as new_value,
        cast({{ adapter.quote('Changed At') }} as timestamp) as changed_at,
        {{ file_name('filename') }} as source_file,
        file_row_number as source_row
    from changes
)

select * from final
