{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#blind-spots; FIR-10, FIR-11 -#}
{# Two sources that should agree: the version in the inventory at each month's end, and the latest
   activation that was reported before it. Where the image's version is not known there is none to compare. #}
with

events as (
    select
        device_number,
        version_after,
        happened_at
    from {{ ref('int_firmware_events') }}
    where
        event_kind = 'activation'
        and outcome = 'success'
        and duplicate_kind is null
),

devices as (
    select *
    from {{ ref('int_firmware_devices_dated') }}
),

-- Of two images activated at one instant the higher version is taken to stand.
versions_by_instant as (
    select
        device_number,
        happened_at,
        max(version_after) as activated_version
    from events
    group by device_number, happened_at
),

latest_activations as (
    select
        devices.device_number,
        devices.device_type,
        coalesce(devices.generation, {{ unknown() }}) as generation,
        devices.region,
        devices.firmware_version,
        devices.stood_at,
        max(events.happened_at) as activated_at
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
        latest_activations.*,
        {{ reporting_month_of(add_seconds('latest_activations.stood_at', -1)) }}
            as inventory_month,
        case
            when latest_activations.activated_at is null then 'no_activation_reported'
            when latest_activations.firmware_version is null then 'inventory_version_not_known'
            when versions_by_instant.activated_version is null then 'image_not_known'
            when latest_activations.firmware_version = versions_by_instant.activated_version
                then 'agrees'
            else 'differs'
        end as agreement
    from latest_activations
    left join versions_by_instant
        on
            latest_activations.device_number = versions_by_instant.device_number
            and latest_activations.activated_at = versions_by_instant.happened_at
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
