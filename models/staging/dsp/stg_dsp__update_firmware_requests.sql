with

requests as (
    select *
    from {{ source('lake', 'update_firmware_requests') }}
),

final as (
    select
        {{ submission_key('update_firmware_requests') }} as submission_key,
        provider,
        period,
        cast(version as integer) as submission_version,
        "RequestId" as request_id,
        "PartyId" as party_id,
        upper("ImageHash") as image_hash,
        upper("FirmwareVersion") as firmware_version,
        "DeviceIds" as device_ids,
        "Outcome" as response_code,
        cast("SentAt" as timestamp) as sent_at,
        {{ file_name('filename') }} as source_file,
        file_row_number as source_row
    from requests
)

select * from final
