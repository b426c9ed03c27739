{#- MP122B: docs/measures/solution_options.md#packages; OPT-04, OPT-06 -#}
with

packages as (
    select *
    from {{ ref('int_solution_packages') }}
),

totals as (
    select
        package_key,
        low_gbp,
        high_gbp
    from {{ ref('int_solution_package_costs') }}
    where cost_kind = 'total'
),

final as (
    select
        packages.package_key,
        packages.package_id,
        packages.package_name,
        packages.alerts_route_id,
        packages.incidents_route_id,
        packages.pmr_timing_route_id,
        packages.comms_hub_firmware_route_id,
        packages.smets1_firmware_route_id,
        packages.opr_standing,
        packages.plus,
        packages.left_out,
        packages.provenance,
        packages.source,
        totals.low_gbp,
        totals.high_gbp,
        packages.lead_time_months,
        packages.lead_time_not_given_count
    from packages
    inner join totals
        on packages.package_key = totals.package_key
)

select * from final
