{#- CPM 3: docs/measures/cpm_3.md#proxy; ALT-08, ALT-09, ALT-18, ALT-19, ALT-20 -#}
{# CPM 3 by proxy, what stands for a region's Alerts: its requests, scaled to them and shared out by
   provider; requests as they are, in a reading by request counts and where nobody ever sent Alerts
   of the region; nothing, where no request crossed the WAN: they, as in a reading without a proxy,
   are unseen. #}
with

shares as (
    select *
    from {{ ref('int_alert_proxy_shares') }}
),

regions as (
    select *
    from {{ ref('int_alert_proxy_regions') }}
),

providers as (
    select *
    from {{ ref('int_alert_proxy_providers') }}
),

volumes as (
    select *
    from {{ ref('int_alert_volumes_estimated') }}
),

variants as (
    select *
    from {{ ref('measure_alert_variants') }}
),

without_requests as (
    select volumes.*
    from volumes
    inner join variants
        on
            volumes.measure_id = variants.measure_id
            and volumes.variant_id = variants.variant_id
    left join regions
        on
            volumes.measure_id = regions.measure_id
            and volumes.variant_id = regions.variant_id
            and volumes.reporting_month = regions.reporting_month
            and volumes.region = regions.region
    where
        regions.region is null
        and volumes.raised_count > 0
        and coalesce(variants.proxy_weight, 'none') != 'request_counts'
),

final as (
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        provider,
        submission_keys,
        met_count,
        total_count,
        excluded_count,
        met_count_before_exceptions,
        total_count_before_exceptions,
        unseen_count
    from providers
    union all
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
    from shares
    where proxy_weight = 'request_counts'
    union all
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        provider,
        submission_keys,
        met_request_count as met_count,
        total_request_count as total_count,
        total_request_count_before_exceptions - total_request_count as excluded_count,
        met_request_count_before_exceptions as met_count_before_exceptions,
        total_request_count_before_exceptions as total_count_before_exceptions,
        0 as unseen_count
    from regions
    where alert_count is null
    union all
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        provider,
        submission_keys,
        0 as met_count,
        0 as total_count,
        0 as excluded_count,
        0 as met_count_before_exceptions,
        0 as total_count_before_exceptions,
        raised_count as unseen_count
    from without_requests
)

select * from final
