-- Which result is it? Without a reading or an aggregation the one that stands for the measure.
select results.*
from marts.fct_measure_results as results
where
    results.measure_id = $measure_id
    and results.reporting_month = $reporting_month
    and results.scope_type = $scope_type
    and results.scope = $scope
    and results.variant_id = coalesce(
        $variant_id,
        (
            select variants.variant_id
            from marts.dim_measure_variants as variants
            where
                variants.measure_id = $measure_id
                and variants.is_default
        )
    )
    and results.aggregation = coalesce(
        $aggregation,
        (
            select min(defaulted.aggregation)
            from marts.fct_measure_results as defaulted
            where defaulted.is_default
        )
    )
