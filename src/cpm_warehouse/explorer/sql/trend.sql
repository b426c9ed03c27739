-- How did the figure move? One row per month.
select
    reporting_month,
    result_pct,
    target_pct,
    minimum_pct,
    met_count,
    total_count,
    excluded_count,
    status,
    basis,
    coverage_pct
from marts.fct_measure_results
where
    measure_id = $measure_id
    and variant_id = $variant_id
    and scope_type = $scope_type
    and scope = $scope
    and aggregation = $aggregation
order by reporting_month
