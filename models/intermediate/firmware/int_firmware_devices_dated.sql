{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#matching; FIR-10, FIR-12 -#}
{# What the inventory says of a device with firmware events, from the end of one month to the next.
   Its first entry also describes the device before it, but for the version: that may have been another. #}
{{ config(materialized='table') }}
with

events as (
    select device_number
    from {{ ref('int_firmware_events_united') }}
),

staged as (
    select *
    from {{ ref('stg_dsp__device_inventory') }}
),

regions as (
    select region
    from {{ ref('regions') }}
),

manufacturers as (
    select
        manufacturer,
        manufacturer_name,
        valid_from,
        valid_to
    from {{ ref('int_manufacturers') }}
),

inventory as (
    select
        {{ eui64_number('staged.device_id') }} as device_number,
        staged.device_type,
        staged.generation,
        staged.region,
        staged.s1sp,
        coalesce(manufacturers.manufacturer_name, staged.manufacturer) as manufacturer,
        staged.model,
        staged.firmware_version,
        case
            when staged.comms_hub_id is not null then {{ eui64_number('staged.comms_hub_id') }}
        end as comms_hub_number,
        {{ to_utc(
            "cast(cast(concat(staged.period, '-01') as date) + interval 1 month as timestamp)",
            var('reporting_timezone')
        ) }} as stood_at
    from staged
    {{ current_submissions_only('device_inventory', 'staged', 'submissions') }}
    left join manufacturers
        on
            staged.manufacturer = manufacturers.manufacturer
            and {{ is_listed('manufacturers', "cast(concat(staged.period, '-01') as date)") }}
),

concerned as (
    select *
    from inventory
    where device_number in (select events.device_number from events)
    -- A device that a submission lists twice is one device.
    qualify
        row_number() over (
            partition by device_number, stood_at
            order by
                device_type,
                firmware_version,
                region,
                generation,
                s1sp,
                manufacturer,
                model,
                comms_hub_number
        ) = 1
),

final as (
    select
        concerned.device_number,
        concerned.device_type,
        concerned.generation,
        coalesce(regions.region, {{ unknown() }}) as region,
        concerned.s1sp,
        concerned.manufacturer,
        concerned.model,
        concerned.firmware_version,
        concerned.comms_hub_number,
        concerned.stood_at,
        case
            when lag(concerned.stood_at) over by_device is null then timestamp '0001-01-01'
            else concerned.stood_at
        end as described_from,
        coalesce(
            lead(concerned.stood_at) over by_device, timestamp '9999-12-31'
        ) as described_to
    from concerned
    left join regions
        on concerned.region = regions.region
    window by_device as (
        partition by concerned.device_number
        order by concerned.stood_at
    )
)

select * from final
