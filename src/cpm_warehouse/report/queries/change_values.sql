-- What do Change Requests cost, see and avoid beside the operations centre's option?
select
    measure_id,
    route_id,
    coverage_pct,
    operations_centre_coverage_pct,
    gained_coverage_points,
    error_avoided_points,
    compared_region_count,
    extra_low_gbp,
    extra_high_gbp,
    gained_point_low_gbp,
    gained_point_high_gbp,
    error_point_low_gbp,
    error_point_high_gbp
from marts.rpt_solution_route_values
where reporting_month = $reporting_month
order by measure_id, route_id
