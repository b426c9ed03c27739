-- How far apart are the readings? The one that stands for the measure first. Without a measure, a
-- scope or an aggregation those of each; with a number of events those that have as many.
select
    measure_id,
    variant_id,
    variant_name,
    scope,
    aggregation,
    is_default,
    is_default_variant,
    result_pct,
    target_pct,
    minimum_pct,
    met_count,
    total_count,
    excluded_count,
    status,
    basis,
    coverage_pct,
    level_standing,
    provenance,
    variant_definition
from marts.rpt_measure_figures
where
    reporting_month = $reporting_month
    and scope_type = $scope_type
    and scope = coalesce($scope, scope)
    and measure_id = coalesce($measure_id, measure_id)
    and aggregation = coalesce($aggregation, aggregation)
    and coalesce(total_count, 0) >= coalesce($fewest_events, 0)
order by
    measure_id asc,
    is_default_variant desc,
    variant_id asc,
    is_default desc,
    aggregation asc,
    scope asc
