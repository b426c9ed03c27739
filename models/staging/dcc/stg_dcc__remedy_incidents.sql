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
        "Incident Number" as incident_id,
        "Incident Category" as incident_category,
        "Status" as status,
        "Status Reason" as status_reason,
        "Assigned Group" as assigned_group,
        "Assigned Support Organization" as organisation,
        "Region" as region,
        "Service Provider" as recorded_provider,
        "Raised By" as raised_by,
        cast("Reported Date" as timestamp) as reported_at,
        cast("Submit Date" as timestamp) as logged_at,
        cast("Responded Date" as timestamp) as responded_at,
        cast("Last Resolved Date" as timestamp) as last_resolved_at,
        cast("Re Opened Date" as timestamp) as reopened_at,
        cast("Closed Date" as timestamp) as closed_at,
        cast("Last Modified Date" as timestamp) as last_modified_at,
        {{ file_name('filename') }} as source_file,
        file_row_number as source_row
    from incidents
)

select * from final
