-- How did each result move in the months up to the month? A month without a figure and a change of
-- basis break the line: `line_number` says which months one line joins.
select
    measure_id,
    reporting_month,
    result_pct,
    result_lower_pct,
    result_upper_pct,
    target_pct,
    minimum_pct,
    met_count,
    total_count,
    status,
    basis,
    no_change_reason,
    line_number,
    is_small_number
from marts.rpt_measure_summary
where
    reporting_month > cast($reporting_month as date) - to_months($month_count)
    and reporting_month <= $reporting_month
order by measure_id, reporting_month
