-- caption: CPM 3 in each reading and Region: speed, success rate, measured and by proxy
-- note: The basis says whether a figure was measured or stands on the proxy of halved round trips.
select
    variants.variant_name,
    results.scope,
    results.basis,
    results.status,
    results.result_pct,
    results.target_pct,
    results.minimum_pct,
    results.met_count,
    results.total_count,
    results.coverage_pct
from marts.fct_measure_results as results
inner join marts.dim_measure_variants as variants
    on
        results.measure_id = variants.measure_id
        and results.variant_id = variants.variant_id
where
    results.measure_id = 'CPM_3'
    and results.scope_type = 'region'
    and results.status not in ('no_events', 'not_reportable')
    and results.reporting_month = $month
order by results.is_default desc, results.variant_id asc, results.scope asc
