with

requests as (
    select *
    from {{ source('lake', 'firmware_requests') }}
),

final as (
    select
        {{ submission_key('firmware_requests') }} as submission_key,
        provider,
        period,
        cast(version as integer) as submission_version,
        device_id,
        device_type,
        service_reference_variant,
        upper(image_hash) as image_hash,
        cast(outcome_code as {{ dbt.type_string() }}) as outcome_code,
        cast(requested_at as timestamp) as requested_at,
        {{ file_name('filename') }} as source_file,
        file_row_number as source_row
    from requests
)

select * from final
