with

devices as (
    select *
    from {{ source('lake', 'device_inventory') }}
),

final as (
    select
        {{ submission_key('device_inventory') }} as submission_key,
        provider,
        period,
        cast(version as integer) as submission_version,
        {{ adapter.quote('DeviceId') }} as device_id,
        {{ adapter.quote('DeviceType') }} as device_type,
        {{ adapter.quote('Generation') }} as generation,
        {{ adapter.quote('Region') }} as region,
        {{ adapter.quote('S1sp') }} as s1sp,
        {{ adapter.quote('Manufacturer') }} as manufacturer,
        {{ adapter.quote('Model') }} as model,
        upper({{ adapter.quote('FirmwareVersion') }}) as firmware_version,
        {{ adapter.quote('Status') }} as device_status,
        {{ adapter.quote('CommsHubId') }} as comms_hub_id,
        {{ file_name('filename') }} as source_file,
        file_row_number as source_row
    from devices
)

select * from final
