{# CPM 3 by proxy. A region's share of requests within the target is scaled to the Alerts that it
   has (A9), provider by provider, so that regions weigh as their Alerts do and pool with those that
   are measured. Alerts that never cross the WAN have no proxy: they, and readings without one, are
   unseen. A reading by request counts takes requests as they are, and knows of no Alerts. #}
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
    from {{ ref('int_allowed_exception_dates') }}
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
),

by_requests as (
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        provider,
        submission_keys,
        met_count,
        total_count,
        request_count - total_count as excluded_count,
        met_count_before_exceptions,
        total_count_before_exceptions,
        0 as unseen_count
    from request_outcomes
    where proxy_weight = 'request_counts'
),

shares as (
    select *
    from request_outcomes
    where
        proxy_weight = 'alert_volumes'
        and total_count_before_exceptions > 0
),

-- A region is rounded once; its providers share it out, the one with most Alerts first.
weighed as (
    select
        shares.measure_id,
        shares.variant_id,
        shares.reporting_month,
        shares.region,
        volumes.provider,
        concat_ws(',', shares.submission_keys, volumes.submission_keys) as submission_keys,
        shares.met_count,
        shares.total_count,
        shares.met_count_before_exceptions,
        shares.total_count_before_exceptions,
        volumes.wan_in_scope_count as alert_count,
        volumes.raised_count - volumes.in_scope_count as out_of_scope_count,
        volumes.in_scope_count - volumes.wan_in_scope_count as unseen_count,
        sum(volumes.wan_in_scope_count) over whole as alerts_of_region,
        sum(volumes.wan_in_scope_count) over so_far as alerts_so_far
    from shares
    inner join volumes
        on
            shares.measure_id = volumes.measure_id
            and shares.variant_id = volumes.variant_id
            and shares.reporting_month = volumes.reporting_month
            and shares.region = volumes.region
    where volumes.raised_count > 0
    window
        whole as (
            partition by
                shares.measure_id, shares.variant_id, shares.reporting_month, shares.region
        ),
        so_far as (
            partition by
                shares.measure_id, shares.variant_id, shares.reporting_month, shares.region
            order by volumes.wan_in_scope_count desc, volumes.provider asc
            rows unbounded preceding
        )
),

rounded as (
    select
        *,
        {{ scaled_count('alerts_of_region', 'met_count', 'total_count_before_exceptions') }}
            as met_of_region,
        {{ scaled_count('alerts_of_region', 'total_count', 'total_count_before_exceptions') }}
            as total_of_region,
        {{
            scaled_count(
                'alerts_of_region', 'met_count_before_exceptions', 'total_count_before_exceptions'
            )
        }} as met_of_region_before_exceptions,
        {{ scaled_count('alerts_so_far', 'total_count', 'total_count_before_exceptions') }}
            as total_so_far
    from weighed
),

shared_out as (
    select
        *,
        case
            when total_of_region > 0
                then {{ scaled_count('total_so_far', 'met_of_region', 'total_of_region') }}
            else 0
        end as met_so_far,
        case
            when alerts_of_region > 0
                then
                    {{
                        scaled_count(
                            'alerts_so_far', 'met_of_region_before_exceptions', 'alerts_of_region'
                        )
                    }}
            else 0
        end as met_so_far_before_exceptions
    from rounded
),

by_provider as (
    select
        *,
        met_so_far - lag(met_so_far, 1, 0) over in_order as provider_met_count,
        total_so_far - lag(total_so_far, 1, 0) over in_order as provider_total_count,
        met_so_far_before_exceptions
        - lag(met_so_far_before_exceptions, 1, 0) over in_order
            as provider_met_count_before_exceptions
    from shared_out
    window
        in_order as (
            partition by measure_id, variant_id, reporting_month, region
            order by alert_count desc, provider asc
        )
),

-- Where an Allowed Exception is shared out too, met can be one more with it than without.
scaled as (
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        provider,
        submission_keys,
        least(provider_met_count, provider_met_count_before_exceptions) as met_count,
        provider_total_count as total_count,
        out_of_scope_count + alert_count - provider_total_count as excluded_count,
        provider_met_count_before_exceptions as met_count_before_exceptions,
        alert_count as total_count_before_exceptions,
        unseen_count
    from by_provider
),

known_regions as (
    select distinct
        measure_id,
        variant_id,
        reporting_month,
        region
    from volumes
),

without_alerts as (
    select
        shares.measure_id,
        shares.variant_id,
        shares.reporting_month,
        shares.region,
        shares.provider,
        shares.submission_keys,
        shares.met_count,
        shares.total_count,
        shares.total_count_before_exceptions - shares.total_count as excluded_count,
        shares.met_count_before_exceptions,
        shares.total_count_before_exceptions,
        0 as unseen_count
    from shares
    left join known_regions
        on
            shares.measure_id = known_regions.measure_id
            and shares.variant_id = known_regions.variant_id
            and shares.reporting_month = known_regions.reporting_month
            and shares.region = known_regions.region
    where known_regions.region is null
),

without_requests as (
    select
        volumes.measure_id,
        volumes.variant_id,
        volumes.reporting_month,
        volumes.region,
        volumes.provider,
        volumes.submission_keys,
        0 as met_count,
        0 as total_count,
        0 as excluded_count,
        0 as met_count_before_exceptions,
        0 as total_count_before_exceptions,
        volumes.raised_count as unseen_count
    from volumes
    inner join variants
        on
            volumes.measure_id = variants.measure_id
            and volumes.variant_id = variants.variant_id
    left join shares
        on
            volumes.measure_id = shares.measure_id
            and volumes.variant_id = shares.variant_id
            and volumes.reporting_month = shares.reporting_month
            and volumes.region = shares.region
    where
        shares.region is null
        and volumes.raised_count > 0
        and coalesce(variants.proxy_weight, 'none') != 'request_counts'
),

final as (
    select * from by_requests
    union all
    select * from scaled
    union all
    select * from without_alerts
    union all
    select * from without_requests
)

select * from final
