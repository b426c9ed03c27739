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
        "DeviceId" as device_id,
        "DeviceType" as device_type,
        "Generation" as generation,
        "Region" as region,
        "S1sp" as s1sp,
        "Manufacturer" as manufacturer,
        "Model" as model,
        upper("FirmwareVersion") as firmware_version,
        "Status" as device_status,
        "CommsHubId" as comms_hub_id,
        {{ file_name('filename') }} as source_file,
        file_row_number as source_row
    from devices
)

select * from final
