-- Which Alerts does a result of CPM 3 rest on, where does each lie, and as what does it count?
-- In a Region whose basis is the proxy: the Service Requests that stand for them, before their
-- counts are scaled to the Region's Alerts (alert_scaling.sql).
with

bases as (
    select
        bases.measure_id,
        bases.reporting_month,
        bases.region,
        bases.basis
    from intermediate.int_measure_bases_decided as bases
    inner join reference.scenarios as scenarios
        on bases.scenario_id = scenarios.scenario_id
    where scenarios.is_published
),

variants as (
    select *
    from reference.measure_alert_variants
    where
        ($measure_id is null or measure_id = $measure_id)
        and ($variant_id is null or variant_id = $variant_id)
),

alerts as (
    select
        timed.*,
        cast(concat(timed.period, '-01') as date) as submission_date
    from intermediate.int_alerts_timed as timed
    inner join intermediate.int_submissions_current as submissions
        on timed.submission_key = submissions.submission_key
    where
        ($reporting_month is null or timed.alert_month = $reporting_month)
        and ($submission_key is null or timed.submission_key = $submission_key)
        and ($source_file is null or timed.source_file = $source_file)
        and ($source_row is null or timed.source_row = $source_row)
        and $event_id is null
),

repeated_alerts as (
    select
        submission_key,
        source_file,
        source_row
    from cubes.cube_alert_repeats
    where source_row is not null
),

judged_alerts as (
    select
        variants.*,
        alerts.alert_month as reporting_month,
        coalesce(regions.region, 'Unknown') as region,
        alerts.provider,
        alerts.raised_at as happened_at,
        alerts.alert_milliseconds as took_milliseconds,
        targets.target_milliseconds,
        alerts.is_delivered,
        alerts.submission_key,
        alerts.source_file,
        alerts.source_row,
        case variants.counted_as when 'messages' then 1 else alerts.alert_count end as weight,
        repeated_alerts.source_row is not null as is_repeated,
        excepted.excepted_date is not null as is_excepted,
        case
            when exclusions.exclusion_reason is not null then exclusions.exclusion_reason
            when variants.alert_filter = 'time_critical' and time_critical.alert_code is null
                then 'not_time_critical'
            when variants.alert_filter = 'gbcs_critical' and critical.alert_code is null
                then 'not_gbcs_critical'
        end as exclusion_reason
    from alerts
    cross join variants
    inner join reference.alert_target_response_times as targets
        on
            targets.target_id = 'alert'
            and alerts.submission_date >= targets.valid_from
            and alerts.submission_date < coalesce(targets.valid_to, date '9999-12-31')
    left join reference.regions as regions
        on alerts.region = regions.region
    left join repeated_alerts
        on
            alerts.submission_key = repeated_alerts.submission_key
            and alerts.source_file = repeated_alerts.source_file
            and alerts.source_row = repeated_alerts.source_row
    left join intermediate.int_alert_exclusions as exclusions
        on
            alerts.alert_kind = exclusions.alert_kind
            and alerts.alert_code = exclusions.alert_code
            and alerts.alert_date >= exclusions.valid_from
            and alerts.alert_date < coalesce(exclusions.valid_to, date '9999-12-31')
    left join reference.alert_time_critical_codes as time_critical
        on
            alerts.alert_kind = time_critical.alert_kind
            and alerts.alert_code = time_critical.alert_code
            and alerts.alert_date >= time_critical.valid_from
            and alerts.alert_date < coalesce(time_critical.valid_to, date '9999-12-31')
    left join reference.alert_code_properties as critical
        on
            critical.criticality = 'critical'
            and alerts.alert_kind = critical.alert_kind
            and alerts.alert_code = critical.alert_code
            and alerts.alert_date >= critical.valid_from
            and alerts.alert_date < coalesce(critical.valid_to, date '9999-12-31')
    left join intermediate.int_allowed_exception_dates as excepted
        on
            variants.measure_id = excepted.measure_id
            and alerts.alert_date = excepted.excepted_date
),

-- What the reading asks of an Alert: when it is counted, and when it is met.
decided_alerts as (
    select
        *,
        exclusion_reason is null
        and not is_excepted
        and case outcome_kind
            when 'speed' then took_milliseconds is not null
            when 'speed_with_failures' then took_milliseconds is not null or not is_delivered
            else true
        end as is_counted,
        coalesce(
            case outcome_kind
                when 'success_rate' then is_delivered
                else took_milliseconds <= target_milliseconds
            end,
            false
        ) as is_met
    from judged_alerts
),

counted_alerts as (
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        provider,
        'measured' as basis,
        happened_at,
        case
            when is_repeated then 'repeated'
            when exclusion_reason is not null then exclusion_reason
            when is_excepted then 'allowed_exception'
            when not is_counted then 'no_time'
            when is_met then 'met'
            else 'missed'
        end as counted_as,
        took_milliseconds,
        target_milliseconds,
        case when is_repeated or not is_counted or not is_met then 0 else weight end as met_count,
        case when is_repeated or not is_counted then 0 else weight end as total_count,
        case when is_repeated or is_counted then 0 else weight end as excluded_count,
        submission_key,
        source_file,
        source_row
    from decided_alerts
),

requests as (
    select
        timed.*,
        cast(concat(timed.period, '-01') as date) as submission_date
    from intermediate.int_service_requests_timed as timed
    inner join intermediate.int_submissions_current as submissions
        on timed.submission_key = submissions.submission_key
    inner join reference.alert_proxy_modes as modes
        on
            timed.mode = modes.mode
            and timed.request_date >= modes.valid_from
            and timed.request_date < coalesce(modes.valid_to, date '9999-12-31')
    where
        timed.sent_to_wan_at is not null
        and ($reporting_month is null or timed.request_month = $reporting_month)
        and ($submission_key is null or timed.submission_key = $submission_key)
        and ($source_file is null or timed.source_file = $source_file)
        and ($source_row is null or timed.source_row = $source_row)
),

repeated_requests as (
    select
        submission_key,
        source_file,
        source_row
    from cubes.cube_service_request_repeats
    where source_row is not null
),

judged_requests as (
    select
        variants.measure_id,
        variants.variant_id,
        variants.proxy_weight,
        requests.request_month as reporting_month,
        coalesce(regions.region, 'Unknown') as region,
        requests.provider,
        concat_ws(
            ':', requests.originator_id, requests.target_id, requests.originator_counter
        ) as event_id,
        requests.received_at as happened_at,
        requests.wan_milliseconds as took_milliseconds,
        limits.round_trip_limit / limits.round_trip_factor as target_milliseconds,
        requests.submission_key,
        requests.source_file,
        requests.source_row,
        case
            when repeated_requests.source_row is not null then 'repeated'
            when requests.wan_milliseconds is null and variants.proxy_kind != 'with_failures'
                then 'no_return'
            when excepted.excepted_date is not null then 'allowed_exception'
            when requests.wan_milliseconds * limits.round_trip_factor <= limits.round_trip_limit
                then 'met'
            else 'missed'
        end as counted_as
    from requests
    inner join variants
        on variants.proxy_kind is not null
    inner join intermediate.int_alert_proxy_limits as limits
        on
            limits.rule_id
            = case variants.proxy_kind when 'wan_share' then 'wan_share' else 'standard' end
            and requests.submission_date >= limits.valid_from
            and requests.submission_date < coalesce(limits.valid_to, date '9999-12-31')
    left join reference.regions as regions
        on requests.region = regions.region
    left join repeated_requests
        on
            requests.submission_key = repeated_requests.submission_key
            and requests.source_file = repeated_requests.source_file
            and requests.source_row = repeated_requests.source_row
    left join intermediate.int_allowed_exception_dates as excepted
        on
            variants.measure_id = excepted.measure_id
            and requests.request_date = excepted.excepted_date
),

counted_requests as (
    select
        *,
        'proxy' as basis,
        cast(counted_as = 'met' as bigint) as met_count,
        cast(counted_as in ('met', 'missed') as bigint) as total_count,
        cast(counted_as in ('allowed_exception', 'no_return') as bigint) as excluded_count
    from judged_requests
    where $event_id is null or event_id = $event_id
),

rows_behind as (
    select * from counted_alerts
    union all by name
    select * from counted_requests
)

select
    rows_behind.measure_id,
    rows_behind.variant_id,
    rows_behind.reporting_month,
    rows_behind.region,
    rows_behind.provider,
    rows_behind.basis,
    rows_behind.event_id,
    rows_behind.happened_at,
    rows_behind.counted_as,
    rows_behind.took_milliseconds,
    rows_behind.target_milliseconds,
    rows_behind.met_count,
    rows_behind.total_count,
    rows_behind.excluded_count,
    rows_behind.submission_key,
    rows_behind.source_file,
    rows_behind.source_row
from rows_behind
inner join bases
    on
        rows_behind.measure_id = bases.measure_id
        and rows_behind.reporting_month = bases.reporting_month
        and rows_behind.region = bases.region
        and rows_behind.basis = bases.basis
where
    $scope_type is null
    or $scope_type = 'national'
    or ($scope_type = 'region' and rows_behind.region = $scope)
    -- Scaled to a Region's Alerts, its requests are shared out to the providers of those.
    or (
        $scope_type = 'provider'
        and (rows_behind.provider = $scope or rows_behind.proxy_weight = 'alert_volumes')
    )
order by
    rows_behind.submission_key,
    rows_behind.source_file,
    rows_behind.source_row,
    rows_behind.measure_id,
    rows_behind.variant_id
