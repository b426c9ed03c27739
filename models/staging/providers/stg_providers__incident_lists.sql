with

incidents as (
    select *
    from {{ source('lake', 'incident_list') }}
),

final as (
    select
        {{ submission_key('incident_list') }} as submission_key,
        provider,
        period,
        cast(version as integer) as submission_version,
        {{ adapter.quote('Provider Reference') }} as provider_reference,
        {{ adapter.quote('DCC Incident Number') }} as incident_id,
        {{ adapter.quote('Category') }} as incident_category,
        cast({{ adapter.quote('Resolved At') }} as timestamp) as resolved_at,
        {{ file_name('filename') }} as source_file,
        file_row_number as source_row
    from incidents
)

select * from final
