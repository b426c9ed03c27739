-- How did the figure move? One row per month. A month without a figure and a change of basis break
-- the line: `line_number` says which months one line joins.
select
    results.reporting_month,
    results.result_pct,
    results.target_pct,
    results.minimum_pct,
    results.met_count,
    results.total_count,
    results.excluded_count,
    results.status,
    results.basis,
    results.coverage_pct,
    changes.no_change_reason,
    count(changes.no_change_reason) over (
        order by results.reporting_month
    ) as line_number
from marts.fct_measure_results as results
inner join marts.rpt_measure_changes as changes
    on
        results.measure_id = changes.measure_id
        and results.variant_id = changes.variant_id
        and results.scope_type = changes.scope_type
        and results.scope = changes.scope
        and results.aggregation = changes.aggregation
        and results.reporting_month = changes.reporting_month
where
    results.measure_id = $measure_id
    and results.variant_id = $variant_id
    and results.scope_type = $scope_type
    and results.scope = $scope
    and results.aggregation = $aggregation
order by results.reporting_month
