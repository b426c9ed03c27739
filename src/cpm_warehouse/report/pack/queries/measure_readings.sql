-- caption: Each reading of the measure, all Regions and providers together
-- note: The default reading stands for the measure. Pooled counts all events together; the mean of
--   providers is that of their own percentages.
select
    results.measure_id,
    variants.variant_name,
    results.aggregation,
    results.is_default,
    results.status,
    results.result_pct,
    results.target_pct,
    results.minimum_pct,
    results.met_count,
    results.total_count,
    results.provenance
from marts.fct_measure_results as results
inner join marts.dim_measure_variants as variants
    on
        results.measure_id = variants.measure_id
        and results.variant_id = variants.variant_id
where
    results.scope_type = 'national'
    and results.status not in ('no_events', 'not_reportable')
    and results.reporting_month = $month
order by
    results.measure_id asc,
    variants.is_default desc,
    results.variant_id asc,
    results.is_default desc,
    results.aggregation asc
