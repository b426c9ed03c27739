{# Two sources that should agree: the version in the inventory at each month's end, and the latest
   activation that was reported before it. Where the image's version is not known there is none to compare. #}
with

events as (
    select
        device_number,
        version_after,
        happened_at
    from {{ ref('int_firmware_events_described') }}
    where
        event_kind = 'activation'
        and outcome = 'success'
        and duplicate_kind is null
),

devices as (
    select *
    from {{ ref('int_firmware_devices_dated') }}
),

latest_activations as (
    select
        devices.device_number,
        devices.device_type,
        devices.generation,
        devices.region,
        devices.firmware_version,
        devices.stood_at,
        max_by(events.version_after, events.happened_at) as activated_version,
        count(events.happened_at) as activation_count
    from devices
    left join events
        on
            devices.device_number = events.device_number
            and devices.stood_at > events.happened_at
    group by
        devices.device_number,
        devices.device_type,
        devices.generation,
        devices.region,
        devices.firmware_version,
        devices.stood_at
),

compared as (
    select
        *,
        {{ reporting_month_of(add_seconds('stood_at', -1)) }} as inventory_month,
        case
            when activation_count = 0 then 'no_activation_reported'
            when firmware_version is null then 'inventory_version_not_known'
            when activated_version is null then 'image_not_known'
            when firmware_version = activated_version then 'agrees'
            else 'differs'
        end as agreement
    from latest_activations
),

final as (
    select
        inventory_month,
        generation,
        device_type,
        region,
        agreement,
        count(*) as device_count
    from compared
    group by inventory_month, generation, device_type, region, agreement
)

select * from final
