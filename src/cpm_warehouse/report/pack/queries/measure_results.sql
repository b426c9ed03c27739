-- caption: The month at a glance: each measure in its default reading, all Regions and providers
--   together
-- note: Change is in percentage points on the month before, where both stand on the same basis;
--   where there is none, the reason stands beside it. Coverage is the share of the known population
--   that the basis can see. Provenance is that of the weakest part of the definition.
select
    results.measure_id,
    measures.measure_name,
    results.status,
    results.result_pct,
    results.target_pct,
    results.minimum_pct,
    changes.change_points,
    changes.no_change_reason,
    results.met_count,
    results.total_count,
    results.excluded_count,
    results.met_count_before_exceptions,
    results.total_count_before_exceptions,
    results.coverage_pct,
    results.basis,
    results.provenance,
    results.limitation,
    results.is_synthetic
from marts.fct_measure_results as results
inner join marts.dim_measures as measures
    on results.measure_id = measures.measure_id
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
    and results.reporting_month = $month
order by results.measure_id
