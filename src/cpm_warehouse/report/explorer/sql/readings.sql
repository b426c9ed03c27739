-- How far apart are the readings? One row per reading; the one that stands for the measure first.
select
    results.variant_id,
    variants.variant_name,
    variants.is_default,
    results.result_pct,
    results.target_pct,
    results.minimum_pct,
    results.met_count,
    results.total_count,
    results.excluded_count,
    results.status,
    results.provenance,
    variants.definition
from marts.fct_measure_results as results
inner join marts.dim_measure_variants as variants
    on
        results.measure_id = variants.measure_id
        and results.variant_id = variants.variant_id
where
    results.measure_id = $measure_id
    and results.reporting_month = $reporting_month
    and results.scope_type = $scope_type
    and results.scope = $scope
    and results.aggregation = $aggregation
order by variants.is_default desc, results.variant_id asc
