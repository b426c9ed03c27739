{#- CPM 3: docs/measures/cpm_3.md#proxy; ALT-08, ALT-20 -#}
{# CPM 3 by proxy: of a region's requests, how many a reading counts and how many of them are within
   the target. An Allowed Exception takes out whole days; counts with them are kept beside. #}
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

summed as (
    select
        measure_id,
        variant_id,
        proxy_weight,
        reporting_month,
        region,
        provider,
        {{ sorted_texts('submission_key') }} as submission_keys,
        sum(request_count) as request_count,
        coalesce(sum(met_count) filter (where not is_excepted), 0) as met_count,
        coalesce(sum(total_count) filter (where not is_excepted), 0) as total_count,
        sum(met_count) as met_count_before_exceptions,
        sum(total_count) as total_count_before_exceptions
    from judged
    group by measure_id, variant_id, proxy_weight, reporting_month, region, provider
),

final as (
    select
        measure_id,
        variant_id,
        proxy_weight,
        reporting_month,
        region,
        provider,
        submission_keys,
        cast(request_count as bigint) as request_count,
        cast(met_count as bigint) as met_count,
        cast(total_count as bigint) as total_count,
        cast(met_count_before_exceptions as bigint) as met_count_before_exceptions,
        cast(total_count_before_exceptions as bigint) as total_count_before_exceptions
    from summed
)

select * from final
