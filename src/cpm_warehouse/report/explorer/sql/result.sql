-- The figure, with what it stands on, the change on the month before, and why there is none.
select
    measures.measure_name,
    measures.unit,
    measures.definition as measure_definition,
    variants.variant_name,
    variants.definition as variant_definition,
    results.*,
    changes.change_points,
    changes.no_change_reason,
    changes.previous_basis
from marts.fct_measure_results as results
inner join marts.rpt_measure_changes as changes
    on
        results.measure_id = changes.measure_id
        and results.variant_id = changes.variant_id
        and results.scope_type = changes.scope_type
        and results.scope = changes.scope
        and results.aggregation = changes.aggregation
        and results.reporting_month = changes.reporting_month
inner join marts.dim_measures as measures
    on results.measure_id = measures.measure_id
inner join marts.dim_measure_variants as variants
    on
        results.measure_id = variants.measure_id
        and results.variant_id = variants.variant_id
where
    results.measure_id = $measure_id
    and results.variant_id = $variant_id
    and results.scope_type = $scope_type
    and results.scope = $scope
    and results.aggregation = $aggregation
    and results.reporting_month = $reporting_month
