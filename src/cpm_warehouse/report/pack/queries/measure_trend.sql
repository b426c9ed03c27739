-- caption: Results of the twelve months to the month, in the default reading
-- note: A line is drawn where the month before can be compared: a month without a figure and a
--   change of basis break it.
select
    results.measure_id,
    results.reporting_month,
    results.result_pct,
    results.target_pct,
    results.minimum_pct,
    results.status,
    results.met_count,
    results.total_count,
    results.basis,
    changes.no_change_reason
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
    results.is_default
    and results.scope_type = 'national'
    and results.reporting_month > $month - interval 12 month
    and results.reporting_month <= $month
order by results.measure_id, results.reporting_month
