-- The figure, with what it stands on and the month before.
with

results as (
    select
        *,
        lag(result_pct) over (order by reporting_month) as previous_pct
    from marts.fct_measure_results
    where
        measure_id = $measure_id
        and variant_id = $variant_id
        and scope_type = $scope_type
        and scope = $scope
        and aggregation = $aggregation
)

select
    measures.measure_name,
    measures.unit,
    measures.definition as measure_definition,
    variants.variant_name,
    variants.definition as variant_definition,
    results.*,
    results.result_pct - results.previous_pct as change_points
from results
inner join marts.dim_measures as measures
    on results.measure_id = measures.measure_id
inner join marts.dim_measure_variants as variants
    on
        results.measure_id = variants.measure_id
        and results.variant_id = variants.variant_id
where results.reporting_month = $reporting_month
