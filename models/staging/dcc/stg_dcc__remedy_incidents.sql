with

incidents as (
    select *
    from {{ source('lake', 'remedy_incidents') }}
),

final as (
    select
        {{ submission_key('remedy_incidents') }} as submission_key,
        provider,
        period,
        cast(version as integer) as submission_version,
        {{ adapter.quote('Incident Number') }} as incident_id,
        {{ adapter.quote('Incident Category') }} as incident_category,
        {{ adapter.quote('Status') }} as status,
        {{ adapter.quote('Status Reason') }} as status_reason,
        {{ adapter.quote('Assigned Group') }} as assigned_group,
        {{ adapter.quote('Assigned Support Organization') }} as organisation,
        {{ adapter.quote('Region') }} as region,
        {{ adapter.quote('Service Provider') }} as recorded_provider,
        {{ adapter.quote('Raised By') }} as raised_by,
        cast({{ adapter.quote('Reported Date') }} as timestamp) as reported_at,
        cast({{ adapter.quote('Submit Date') }} as timestamp) as logged_at,
        cast({{ adapter.quote('Responded Date') }} as timestamp) as responded_at,
        cast({{ adapter.quote('Last Resolved Date') }} as timestamp) as last_resolved_at,
        cast({{ adapter.quote('Re Opened Date') }} as timestamp) as reopened_at,
        cast({{ adapter.quote('Closed Date') }} as timestamp) as closed_at,
        cast({{ adapter.quote('Last Modified Date') }} as timestamp) as last_modified_at,
        {{ file_name('filename') }} as source_file,
        file_row_number as source_row
    from incidents
)

select * from final
