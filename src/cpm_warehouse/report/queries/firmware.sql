-- What stands behind the figure, by the finest cut? Cells of region, provider, device and version.
select
    region,
    s1sp,
    device_type,
    manufacturer,
    version_before,
    version_after,
    basis,
    met_count,
    total_count,
    excluded_count,
    result_pct,
    activated_count,
    activation_failed_count,
    update_failed_count,
    open_count,
    expired_count,
    superseded_count,
    seconds_to_activate_median
from marts.rpt_firmware_performance
where
    cut_id = 'all'
    and measure_id = $measure_id
    and variant_id = $variant_id
    and reporting_month = $reporting_month
    and case $scope_type
        when 'region' then region = $scope
        when 'provider' then s1sp = $scope
        else true
    end
    and (region, basis) in (
        select
            outcomes.region,
            outcomes.basis
        from marts.fct_measure_outcomes as outcomes
        where
            outcomes.measure_id = $measure_id
            and outcomes.variant_id = $variant_id
            and outcomes.reporting_month = $reporting_month
    )
order by
    total_count - met_count desc,
    total_count desc,
    manufacturer asc,
    version_after asc,
    version_before asc,
    region asc,
    s1sp asc,
    device_type asc,
    basis asc
