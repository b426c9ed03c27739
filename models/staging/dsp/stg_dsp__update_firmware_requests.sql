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
        {{ adapter.quote('RequestId') }} as request_id,
        {{ adapter.quote('PartyId') }} as party_id,
        upper({{ adapter.quote('ImageHash') }}) as image_hash,
        upper({{ adapter.quote('FirmwareVersion') }}) as firmware_version,
        {{ adapter.quote('DeviceIds') }} as device_ids,
        {{ adapter.quote('Outcome') }} as response_code,
        cast({{ adapter.quote('SentAt') }} as timestamp) as sent_at,
        {{ file_name('filename') }} as source_file,
        file_row_number as source_row
    from requests
)

select * from final
