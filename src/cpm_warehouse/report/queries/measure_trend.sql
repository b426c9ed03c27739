-- How did the figure move? One row per month, up to the month where a number of months is given. A
-- month without a figure and a change of basis break the line: `line_number` says which months one
-- line joins. Without a measure each; without a reading the one that stands for the measure.
select
    measure_id,
    reporting_month,
    result_pct,
    target_pct,
    minimum_pct,
    met_count,
    total_count,
    excluded_count,
    status,
    basis,
    coverage_pct,
    no_change_reason,
    line_number
from marts.rpt_measure_figures
where
    scope_type = $scope_type
    and scope = $scope
    and measure_id = coalesce($measure_id, measure_id)
    and coalesce(variant_id = $variant_id and aggregation = $aggregation, is_default)
    and (
        $month_count is null
        or (
            reporting_month > cast($reporting_month as date) - to_months($month_count)
            and reporting_month <= $reporting_month
        )
    )
order by measure_id, reporting_month
