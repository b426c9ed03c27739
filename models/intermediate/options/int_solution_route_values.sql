{#- MP122B: docs/measures/solution_options.md#value; OPT-11 -#}
{# Where an area has Change Requests and an alternative of the operations centre: what the first
   cost more, what more they see, and which error of the proxy they avoid. The error of a Region
   is how far its result by proxy is from the one measured, and counts with the Region's Alerts or
   Devices. #}
with

routes as (
    select
        route_id,
        area_id,
        route_kind,
        coverage_option_id,
        scenario_id
    from {{ ref('solution_routes') }}
    where coverage_option_id is not null
),

route_costs as (
    select
        route_id,
        sum(low_gbp) as low_gbp,
        sum(high_gbp) as high_gbp
    from {{ ref('int_solution_route_costs') }}
    where cost_kind != 's1sp_share'
    group by route_id
),

regional as (
    select
        option_id,
        measure_id,
        reporting_month,
        region,
        seen_count,
        population_count
    from {{ ref('int_option_coverages_unioned') }}
),

coverages as (
    select
        option_id,
        measure_id,
        reporting_month,
        sum(population_count) as population_count,
        100.0 * sum(seen_count) / nullif(sum(population_count), 0) as coverage_pct
    from regional
    group by option_id, measure_id, reporting_month
),

judged as (
    select
        scenario_id,
        measure_id,
        reporting_month,
        scope,
        basis,
        result_pct
    from {{ ref('int_measure_results_judged') }}
    where scope_type = 'region' and is_default
),

pairs as (
    select
        change_requests.area_id,
        change_requests.route_id,
        change_requests.coverage_option_id,
        change_requests.scenario_id,
        operations_centre.route_id as operations_centre_route_id,
        operations_centre.coverage_option_id as operations_centre_option_id,
        operations_centre.scenario_id as operations_centre_scenario_id
    from routes as change_requests
    inner join routes as operations_centre
        on change_requests.area_id = operations_centre.area_id
    where
        change_requests.route_kind = 'change_requests'
        and operations_centre.route_kind = 'operations_centre'
),

errors as (
    select
        pairs.route_id,
        measured.measure_id,
        measured.reporting_month,
        count(*) as compared_region_count,
        sum(regional.population_count * abs(proxied.result_pct - measured.result_pct))
            as weighted_error_points
    from pairs
    inner join judged as measured
        on
            pairs.scenario_id = measured.scenario_id
            and measured.basis = 'measured'
    inner join judged as proxied
        on
            pairs.operations_centre_scenario_id = proxied.scenario_id
            and measured.measure_id = proxied.measure_id
            and measured.reporting_month = proxied.reporting_month
            and measured.scope = proxied.scope
            and proxied.basis = 'proxy'
    inner join regional
        on
            pairs.coverage_option_id = regional.option_id
            and measured.measure_id = regional.measure_id
            and measured.reporting_month = regional.reporting_month
            and measured.scope = regional.region
    where measured.result_pct is not null and proxied.result_pct is not null
    group by pairs.route_id, measured.measure_id, measured.reporting_month
),

compared as (
    select
        pairs.area_id,
        pairs.route_id,
        pairs.operations_centre_route_id,
        seen.measure_id,
        seen.reporting_month,
        seen.coverage_pct,
        seen_by_centre.coverage_pct as operations_centre_coverage_pct,
        seen.coverage_pct - seen_by_centre.coverage_pct as gained_coverage_points,
        change_costs.low_gbp,
        change_costs.high_gbp,
        centre_costs.low_gbp as operations_centre_low_gbp,
        centre_costs.high_gbp as operations_centre_high_gbp,
        change_costs.low_gbp - centre_costs.high_gbp as extra_low_gbp,
        change_costs.high_gbp - centre_costs.low_gbp as extra_high_gbp,
        coalesce(errors.compared_region_count, 0) as compared_region_count,
        cast(errors.weighted_error_points as double) / nullif(seen.population_count, 0)
            as error_avoided_points
    from pairs
    inner join coverages as seen
        on pairs.coverage_option_id = seen.option_id
    inner join coverages as seen_by_centre
        on
            pairs.operations_centre_option_id = seen_by_centre.option_id
            and seen.measure_id = seen_by_centre.measure_id
            and seen.reporting_month = seen_by_centre.reporting_month
    inner join route_costs as change_costs
        on pairs.route_id = change_costs.route_id
    inner join route_costs as centre_costs
        on pairs.operations_centre_route_id = centre_costs.route_id
    left join errors
        on
            pairs.route_id = errors.route_id
            and seen.measure_id = errors.measure_id
            and seen.reporting_month = errors.reporting_month
),

final as (
    select
        area_id,
        measure_id,
        route_id,
        operations_centre_route_id,
        cast(coverage_pct as decimal(9, 6)) as coverage_pct,
        cast(operations_centre_coverage_pct as decimal(9, 6)) as operations_centre_coverage_pct,
        cast(gained_coverage_points as decimal(9, 6)) as gained_coverage_points,
        cast(error_avoided_points as decimal(9, 6)) as error_avoided_points,
        compared_region_count,
        cast(low_gbp as bigint) as low_gbp,
        cast(high_gbp as bigint) as high_gbp,
        cast(operations_centre_low_gbp as bigint) as operations_centre_low_gbp,
        cast(operations_centre_high_gbp as bigint) as operations_centre_high_gbp,
        cast(extra_low_gbp as bigint) as extra_low_gbp,
        cast(extra_high_gbp as bigint) as extra_high_gbp,
        cast(low_gbp / nullif(coverage_pct, 0) as decimal(18, 2)) as coverage_point_low_gbp,
        cast(high_gbp / nullif(coverage_pct, 0) as decimal(18, 2)) as coverage_point_high_gbp,
        cast(
            operations_centre_high_gbp / nullif(operations_centre_coverage_pct, 0) as decimal(18, 2)
        ) as operations_centre_coverage_point_gbp,
        cast(
            case when gained_coverage_points > 0 then extra_low_gbp / gained_coverage_points end
            as decimal(18, 2)
        ) as gained_point_low_gbp,
        cast(
            case when gained_coverage_points > 0 then extra_high_gbp / gained_coverage_points end
            as decimal(18, 2)
        ) as gained_point_high_gbp,
        cast(extra_low_gbp / nullif(error_avoided_points, 0) as decimal(18, 2))
            as error_point_low_gbp,
        cast(extra_high_gbp / nullif(error_avoided_points, 0) as decimal(18, 2))
            as error_point_high_gbp,
        reporting_month
    from compared
)

select * from final
