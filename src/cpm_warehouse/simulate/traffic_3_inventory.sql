-- What is installed at each month's end, and the products that it is made of.

create view out_device_inventory as
with hubs as (
    select home_slot, oui, eui_ending from device_slots where device_type = 'CHF'
),

builds as (
    select device_id, max(build) as build
    from activated_builds
    where activated_ms < epoch_ms((getvariable('period') || '-01')::timestamp + interval 1 month)
    group by device_id
)

select
    devices.device_id as "DeviceId",
    devices.device_type as "DeviceType",
    devices.generation as "Generation",
    if(draw(devices.device_id, 'no region', 400) = 0, null, devices.region) as "Region",
    devices.s1sp as "S1sp",
    devices.manufacturer as "Manufacturer",
    if(draw(devices.device_id, 'no model', 300) = 0, null, devices.model) as "Model",
    if(
        draw(devices.device_id, 'no version', 100) = 0,
        null,
        firmware_version(devices.release, coalesce(builds.build, 0))
    ) as "FirmwareVersion",
    case draw(devices.device_id, 'status', 200)
        when 0 then 'Pending'
        when 1 then 'Whitelisted'
        when 2 then 'InstalledNotCommissioned'
        when 3 then 'InstalledNotCommissioned'
        when 4 then 'Suspended'
        when 5 then 'Decommissioned'
        else 'Commissioned'
    end as "Status",
    eui(hubs.oui, devices.device_id[10:14], devices.device_id[16:20], hubs.eui_ending)
        as "CommsHubId",
from installed_devices as devices
inner join hubs on devices.home_slot = hubs.home_slot
left join builds on devices.device_id = builds.device_id
where
    firmware_plant_of(devices.device_id, devices.device_type, devices.s1sp, devices.place)
    <> 'unknown_device';

create table out_central_products_list as
with versions as (
    select distinct
        products.manufacturer,
        products.model,
        firmware_version(products.release, builds.range) as version,
        calendar.period,
        calendar.received_at,
    from
        products,
        calendar,
        (
            from range(getvariable('months') + 1)
            union all
            select getvariable('withdrawn_build')
        ) as builds
    where
        calendar.provider = 'dsp'
        and (
            builds.range <= calendar.month_number + 1
            or builds.range = getvariable('withdrawn_build')
        )
)

-- One version in nine was listed without its image.
select
    manufacturer as "Manufacturer",
    model as "Model",
    version as "FirmwareVersion",
    if(
        draw(manufacturer || model, 'no image', 9) = right(version, 4)::integer % 9,
        null,
        image_hash(manufacturer, model, version)
    ) as "ImageHash",
    'dsp' as _provider,
    period as _period,
    1 as _version,
    received_at as _received_at,
    manufacturer || model || version as _order,
from versions;
