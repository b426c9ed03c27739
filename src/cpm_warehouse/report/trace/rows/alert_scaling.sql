-- How are the Service Requests that stand for a Region's Alerts scaled to them, and which share has
-- each provider? Requests met out of all, times the Alerts of the Region, in whole numbers.
select
    regions.measure_id,
    regions.variant_id,
    regions.reporting_month,
    regions.region,
    regions.met_request_count,
    regions.total_request_count,
    regions.alert_count,
    regions.met_alert_count,
    regions.total_alert_count,
    providers.provider,
    providers.met_count,
    providers.total_count,
    providers.excluded_count
from intermediate.int_alert_proxy_regions as regions
inner join intermediate.int_measure_bases_decided as bases
    on
        regions.measure_id = bases.measure_id
        and regions.reporting_month = bases.reporting_month
        and regions.region = bases.region
        and bases.basis = 'proxy'
inner join reference.scenarios as scenarios
    on
        bases.scenario_id = scenarios.scenario_id
        and scenarios.is_published
left join intermediate.int_alert_proxy_providers as providers
    on
        regions.measure_id = providers.measure_id
        and regions.variant_id = providers.variant_id
        and regions.reporting_month = providers.reporting_month
        and regions.region = providers.region
where
    regions.measure_id = $measure_id
    and regions.variant_id = $variant_id
    and regions.reporting_month = $reporting_month
    and (
        $scope_type = 'national'
        or ($scope_type = 'region' and regions.region = $scope)
        or ($scope_type = 'provider' and providers.provider = $scope)
    )
order by regions.region, providers.provider
