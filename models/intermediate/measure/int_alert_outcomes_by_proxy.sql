{# CPM 3 by proxy. A region's share of requests within the target is scaled to the Alerts that it
   has (A9), so that regions weigh as their Alerts do and pool with those that are measured. Alerts
   that never cross the WAN have no proxy: they, and readings without one, are unseen. #}
with

requests as (
    select *
    from {{ ref('int_alert_proxy_counted') }}
),

variants as (
    select *
    from {{ ref('measure_alert_variants') }}
),

excepted_dates as (
    select *
    from {{ ref('int_measure_excepted_dates_listed') }}
),

volumes as (
    select *
    from {{ ref('int_alert_volumes_estimated') }}
),

judged as (
    select
        variants.measure_id,
        variants.variant_id,
        variants.proxy_weight,
        cast(date_trunc('month', requests.request_date) as date) as reporting_month,
        requests.region,
        requests.provider,
        requests.submission_key,
        requests.request_count,
        excepted_dates.excepted_date is not null as is_excepted,
        case variants.proxy_kind
            when 'wan_share' then requests.within_wan_share_count
            else requests.within_target_count
        end as met_count,
        case variants.proxy_kind
            when 'with_failures' then requests.wan_return_count + requests.no_wan_return_count
            else requests.wan_return_count
        end as total_count
    from requests
    inner join variants
        on variants.proxy_kind is not null
    left join excepted_dates
        on
            variants.measure_id = excepted_dates.measure_id
            and requests.request_date = excepted_dates.excepted_date
),

request_outcomes as (
    select
        measure_id,
        variant_id,
        proxy_weight,
        reporting_month,
        region,
        provider,
        string_agg(distinct submission_key, ',' order by submission_key) as submission_keys,
        sum(request_count) as request_count,
        coalesce(sum(met_count) filter (where not is_excepted), 0) as met_count,
        coalesce(sum(total_count) filter (where not is_excepted), 0) as total_count,
        sum(met_count) as met_count_before_exceptions,
        sum(total_count) as total_count_before_exceptions
    from judged
    group by measure_id, variant_id, proxy_weight, reporting_month, region, provider
    having sum(total_count) > 0
),

regional_volumes as (
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        string_agg(distinct submission_key, ',' order by submission_key) as submission_keys,
        sum(raised_count - in_scope_count) as out_of_scope_count,
        sum(in_scope_count) as in_scope_count,
        sum(wan_in_scope_count) as wan_in_scope_count
    from volumes
    group by measure_id, variant_id, reporting_month, region
),

weighed as (
    select
        request_outcomes.measure_id,
        request_outcomes.variant_id,
        request_outcomes.reporting_month,
        request_outcomes.region,
        request_outcomes.provider,
        case request_outcomes.proxy_weight
            when 'alert_volumes'
                then
                    concat_ws(
                        ',', request_outcomes.submission_keys, regional_volumes.submission_keys
                    )
            else request_outcomes.submission_keys
        end as submission_keys,
        request_outcomes.request_count,
        request_outcomes.proxy_weight,
        request_outcomes.met_count,
        request_outcomes.total_count,
        request_outcomes.met_count_before_exceptions,
        request_outcomes.total_count_before_exceptions,
        case request_outcomes.proxy_weight
            when 'alert_volumes'
                then
                    cast(regional_volumes.wan_in_scope_count as double)
                    / request_outcomes.total_count_before_exceptions
        end as alerts_per_request,
        case request_outcomes.proxy_weight
            when 'alert_volumes'
                then regional_volumes.in_scope_count - regional_volumes.wan_in_scope_count
        end as unseen_count,
        case request_outcomes.proxy_weight
            when 'alert_volumes' then regional_volumes.out_of_scope_count
        end as out_of_scope_count
    from request_outcomes
    left join regional_volumes
        on
            request_outcomes.measure_id = regional_volumes.measure_id
            and request_outcomes.variant_id = regional_volumes.variant_id
            and request_outcomes.reporting_month = regional_volumes.reporting_month
            and request_outcomes.region = regional_volumes.region
),

scaled as (
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        provider,
        submission_keys,
        round(met_count * coalesce(alerts_per_request, 1)) as met_count,
        round(total_count * coalesce(alerts_per_request, 1)) as total_count,
        case proxy_weight
            when 'request_counts' then request_count - total_count
            else
                coalesce(out_of_scope_count, 0)
                + round(total_count_before_exceptions * coalesce(alerts_per_request, 1))
                - round(total_count * coalesce(alerts_per_request, 1))
        end as excluded_count,
        round(met_count_before_exceptions * coalesce(alerts_per_request, 1))
            as met_count_before_exceptions,
        round(total_count_before_exceptions * coalesce(alerts_per_request, 1))
            as total_count_before_exceptions,
        coalesce(unseen_count, 0) as unseen_count
    from weighed
),

without_proxy as (
    select
        volumes.measure_id,
        volumes.variant_id,
        volumes.reporting_month,
        volumes.region,
        volumes.provider,
        volumes.submission_key as submission_keys,
        0 as met_count,
        0 as total_count,
        0 as excluded_count,
        0 as met_count_before_exceptions,
        0 as total_count_before_exceptions,
        volumes.raised_count as unseen_count
    from volumes
    left join request_outcomes
        on
            volumes.measure_id = request_outcomes.measure_id
            and volumes.variant_id = request_outcomes.variant_id
            and volumes.reporting_month = request_outcomes.reporting_month
            and volumes.region = request_outcomes.region
    where request_outcomes.region is null
),

final as (
    select * from scaled
    union all by name
    select * from without_proxy
)

select * from final
