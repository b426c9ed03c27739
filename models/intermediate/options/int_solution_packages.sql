{#- MP122B: docs/measures/solution_options.md#packages; OPT-04, OPT-06 -#}
{# What a mix is called, what it leaves open, whether it serves the Operational Performance
   Regime, and how long its slowest option takes. #}
with

package_routes as (
    select *
    from {{ ref('int_solution_package_routes') }}
),

named as (
    select *
    from {{ ref('solution_packages') }}
),

routes as (
    select
        routes.route_id,
        routes.route_kind,
        areas.is_opr_linked
    from {{ ref('solution_routes') }} as routes
    inner join {{ ref('solution_areas') }} as areas
        on routes.area_id = areas.area_id
),

route_options as (
    select
        route_id,
        option_id
    from {{ ref('solution_route_options') }}
),

options as (
    select
        option_id,
        lead_time_months
    from {{ ref('solution_options') }}
),

open_costs as (
    select
        route_options.route_id,
        open_costs.open_cost
    from {{ ref('solution_open_costs') }} as open_costs
    inner join route_options
        on open_costs.option_id = route_options.option_id
),

lead_times as (
    select
        route_options.route_id,
        max(options.lead_time_months) as lead_time_months,
        count(*) - count(options.lead_time_months) as not_given_count
    from route_options
    inner join options
        on route_options.option_id = options.option_id
    group by route_options.route_id
),

packages as (
    select
        package_routes.package_key,
        package_routes.alerts_route_id,
        package_routes.incidents_route_id,
        package_routes.pmr_timing_route_id,
        package_routes.comms_hub_firmware_route_id,
        package_routes.smets1_firmware_route_id,
        max(lead_times.lead_time_months) as lead_time_months,
        coalesce(sum(lead_times.not_given_count), 0) as lead_time_not_given_count,
        bool_or(routes.is_opr_linked and routes.route_kind = 'change_requests') as is_opr_served,
        bool_or(
            routes.is_opr_linked and routes.route_kind = 'operations_centre'
        ) as is_opr_in_doubt
    from package_routes
    inner join routes
        on package_routes.route_id = routes.route_id
    left join lead_times
        on package_routes.route_id = lead_times.route_id
    group by
        package_routes.package_key,
        package_routes.alerts_route_id,
        package_routes.incidents_route_id,
        package_routes.pmr_timing_route_id,
        package_routes.comms_hub_firmware_route_id,
        package_routes.smets1_firmware_route_id
),

packages_open as (
    select
        package_routes.package_key,
        {{ sorted_texts('open_costs.open_cost', '; ') }} as plus
    from package_routes
    inner join open_costs
        on package_routes.route_id = open_costs.route_id
    group by package_routes.package_key
),

exclusions as (
    select {{ sorted_texts('exclusion', '; ') }} as left_out
    from {{ ref('solution_cost_exclusions') }}
),

final as (
    select
        packages.package_key,
        named.package_id,
        named.package_name,
        packages.alerts_route_id,
        packages.incidents_route_id,
        packages.pmr_timing_route_id,
        packages.comms_hub_firmware_route_id,
        packages.smets1_firmware_route_id,
        case
            when packages.is_opr_served then 'served'
            when packages.is_opr_in_doubt then 'in_doubt'
            else 'not_served'
        end as opr_standing,
        packages_open.plus,
        exclusions.left_out,
        named.provenance,
        named.source,
        cast(packages.lead_time_months as integer) as lead_time_months,
        cast(packages.lead_time_not_given_count as integer) as lead_time_not_given_count
    from packages
    cross join exclusions
    left join packages_open
        on packages.package_key = packages_open.package_key
    left join named
        on
            packages.alerts_route_id = named.alerts_route_id
            and packages.incidents_route_id = named.incidents_route_id
            and packages.pmr_timing_route_id = named.pmr_timing_route_id
            and packages.comms_hub_firmware_route_id = named.comms_hub_firmware_route_id
            and packages.smets1_firmware_route_id = named.smets1_firmware_route_id
)

select * from final
