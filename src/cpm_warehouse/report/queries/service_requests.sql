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
    mode in (
        select figures.service_request_mode
        from marts.rpt_measure_figures as figures
        where
            figures.measure_id = $measure_id
            and figures.variant_id = $variant_id
    )
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
