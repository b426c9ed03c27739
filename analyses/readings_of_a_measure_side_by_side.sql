-- How far apart are the defensible readings of CPM 5 and 5A? One row per month and reading.
select
    results.measure_id,
    results.reporting_month,
    results.variant_id,
    variants.definition,
    results.is_default,
    results.met_count,
    results.total_count,
    results.result_pct,
    results.status,
    results.provenance
from {{ ref('fct_measure_results') }} as results
inner join {{ ref('dim_measure_variants') }} as variants
    on
        results.measure_id = variants.measure_id
        and results.variant_id = variants.variant_id
where
    results.measure_id in ('CPM_5', 'CPM_5A')
    and results.scope_type = 'national'
    and results.aggregation = 'pooled'
order by
    results.measure_id asc,
    results.reporting_month asc,
    results.is_default desc,
    results.variant_id asc
