-- caption: Results of the twelve months to the month, in the default reading
select
    measure_id,
    reporting_month,
    result_pct,
    target_pct,
    minimum_pct,
    status,
    met_count,
    total_count,
    basis
from marts.fct_measure_results
where
    is_default
    and scope_type = 'national'
    and aggregation = 'pooled'
    and reporting_month > $month - interval 12 month
    and reporting_month <= $month
order by measure_id, reporting_month
