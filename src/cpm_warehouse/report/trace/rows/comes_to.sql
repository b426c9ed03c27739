-- Do the rows come to the result? Null where they are no counts of the same kind: minutes of CPM 6,
-- and Service Requests that stand for Alerts, which are scaled.
with

recounted as (
    select
        coalesce(sum(met_count), 0) as met_count,
        coalesce(sum(total_count), 0) as total_count,
        coalesce(sum(excluded_count), 0) as excluded_count,
        coalesce(bool_or(basis = 'proxy'), false) and $measure_id = 'CPM_3' as is_scaled
    from collected
)

select
    results.met_count,
    results.total_count,
    recounted.met_count as recounted_met_count,
    recounted.total_count as recounted_total_count,
    case
        when not recounted.is_scaled and $measure_id != 'CPM_6' and results.total_count is not null
            then
                (results.met_count, results.total_count, results.excluded_count)
                = (recounted.met_count, recounted.total_count, recounted.excluded_count)
    end as is_equal
from marts.fct_measure_results as results
cross join recounted
where
    results.measure_id = $measure_id
    and results.variant_id = $variant_id
    and results.reporting_month = $reporting_month
    and results.scope_type = $scope_type
    and results.scope = $scope
    and results.aggregation = $aggregation
