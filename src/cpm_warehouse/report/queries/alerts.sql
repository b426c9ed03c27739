-- Which cells of the daily cubes stand behind the figure, on the basis that counts in each region?
with

bases as (
    select distinct
        region,
        basis
    from marts.fct_measure_outcomes
    where
        measure_id = $measure_id
        and variant_id = $variant_id
        and reporting_month = $reporting_month
),

alerts as (
    select
        'measured' as basis,
        alert_date as event_date,
        region,
        provider,
        device_type,
        alert_kind,
        alert_code,
        exclusion_reason,
        message_count as event_count,
        delivered_message_count as delivered_count,
        timed_message_count as timed_count,
        within_target_message_count as within_target_count
    from marts.fct_alerts_daily
),

requests as (
    select
        'proxy' as basis,
        request_date as event_date,
        region,
        device_type,
        request_count as event_count,
        wan_return_count as timed_count,
        within_target_count
    from marts.fct_alert_proxy_daily
),

cells as (
    select * from alerts
    union all by name
    select * from requests
)

select cells.*
from cells
inner join bases
    on
        cells.region = bases.region
        and cells.basis = bases.basis
where
    date_trunc('month', cells.event_date) = $reporting_month
    and case $scope_type
        when 'region' then cells.region = $scope
        when 'provider' then cells.provider = $scope
        else true
    end
order by
    cells.timed_count - cells.within_target_count desc,
    cells.event_count desc,
    cells.event_date asc,
    cells.region asc,
    cells.device_type asc,
    cells.provider asc,
    cells.alert_kind asc,
    cells.alert_code asc,
    cells.exclusion_reason asc,
    cells.basis asc
