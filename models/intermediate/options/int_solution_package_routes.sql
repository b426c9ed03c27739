{#- MP122B: docs/measures/solution_options.md#packages; OPT-04 -#}
{# Every mix: one route of each area, nothing at all among them. #}
with

routes as (
    select
        route_id,
        area_id
    from {{ ref('solution_routes') }}
),

alerts as (
    select route_id
    from routes
    where area_id = 'alerts'
),

incidents as (
    select route_id
    from routes
    where area_id = 'incidents'
),

pmr_timing as (
    select route_id
    from routes
    where area_id = 'pmr_timing'
),

comms_hub_firmware as (
    select route_id
    from routes
    where area_id = 'comms_hub_firmware'
),

smets1_firmware as (
    select route_id
    from routes
    where area_id = 'smets1_firmware'
),

mixes as (
    select
        alerts.route_id as alerts_route_id,
        incidents.route_id as incidents_route_id,
        pmr_timing.route_id as pmr_timing_route_id,
        comms_hub_firmware.route_id as comms_hub_firmware_route_id,
        smets1_firmware.route_id as smets1_firmware_route_id,
        concat(
            alerts.route_id,
            '+', incidents.route_id,
            '+', pmr_timing.route_id,
            '+', comms_hub_firmware.route_id,
            '+', smets1_firmware.route_id
        ) as package_key
    from alerts
    cross join incidents
    cross join pmr_timing
    cross join comms_hub_firmware
    cross join smets1_firmware
),

final as (
    select
        mixes.package_key,
        mixes.alerts_route_id,
        mixes.incidents_route_id,
        mixes.pmr_timing_route_id,
        mixes.comms_hub_firmware_route_id,
        mixes.smets1_firmware_route_id,
        routes.route_id,
        routes.area_id
    from mixes
    inner join routes
        on routes.route_id in (
            mixes.alerts_route_id,
            mixes.incidents_route_id,
            mixes.pmr_timing_route_id,
            mixes.comms_hub_firmware_route_id,
            mixes.smets1_firmware_route_id
        )
)

select * from final
