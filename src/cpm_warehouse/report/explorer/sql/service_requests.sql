-- Which cells of the daily cube does the measure look at? Those that cost most requests first.
select
    request_date,
    service_reference_variant,
    mode,
    region,
    device_type,
    outcome as response_class,
    request_count,
    responded_count,
    within_target_count,
    wan_return_count,
    duplicate_count
from marts.fct_service_requests_daily
where
    mode = case $measure_id
        when 'CPM_1' then 'OnDemand'
        when 'CPM_2' then 'FutureDated'
    end
    and date_trunc('month', request_date) = $reporting_month
    and case $scope_type
        when 'region' then region = $scope
        else true
    end
order by
    request_count - within_target_count desc,
    request_count desc,
    request_date asc,
    service_reference_variant asc,
    region asc,
    device_type asc,
    outcome asc
