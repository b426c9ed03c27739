{#- CPM 3: docs/measures/cpm_3.md#accuracy; ALT-12 -#}
{# Both cumulative curves, ready to draw: the share of Alerts, and of halved round trips, that took
   no longer than each bucket's upper end. #}
{{ config(materialized='table') }}

with

alert_buckets as (
    select *
    from {{ ref('cube_alert_latencies') }}
),

request_buckets as (
    select *
    from {{ ref('int_service_request_latency_buckets') }}
    where latency_kind = 'wan'
),

submissions as (
    select submission_key
    from {{ ref('int_submissions_current') }}
),

modes as (
    select *
    from {{ ref('alert_proxy_modes') }}
),

rules as (
    select *
    from {{ ref('alert_proxy_rules') }}
    where rule_id = 'standard'
),

regions as (
    select region
    from {{ ref('regions') }}
),

months as (
    select reporting_month
    from {{ ref('int_reporting_months_with_data') }}
),

sides as (
    select
        alert_buckets.alert_month as reporting_month,
        alert_buckets.region,
        alert_buckets.device_type,
        alert_buckets.latency_bucket,
        alert_buckets.message_count as measured_count,
        0 as proxy_count
    from alert_buckets
    inner join submissions
        on alert_buckets.submission_key = submissions.submission_key
    union all
    select
        request_buckets.request_month as reporting_month,
        request_buckets.region,
        request_buckets.device_type,
        request_buckets.latency_bucket,
        0 as measured_count,
        request_buckets.request_count as proxy_count
    from request_buckets
    inner join submissions
        on request_buckets.submission_key = submissions.submission_key
    inner join modes
        on
            request_buckets.mode = modes.mode
            and {{ is_valid('modes', 'request_buckets.request_month') }}
),

listed as (
    select
        sides.reporting_month,
        coalesce(regions.region, {{ unknown() }}) as region,
        coalesce(sides.device_type, {{ unknown() }}) as device_type,
        sides.latency_bucket,
        sides.measured_count,
        sides.proxy_count
    from sides
    inner join months
        on sides.reporting_month = months.reporting_month
    left join regions
        on sides.region = regions.region
),

by_device_type as (
    select
        reporting_month,
        region,
        device_type,
        latency_bucket,
        sum(measured_count) as measured_count,
        sum(proxy_count) as proxy_count
    from listed
    group by reporting_month, region, device_type, latency_bucket
),

counted as (
    select
        reporting_month,
        region,
        device_type,
        latency_bucket,
        measured_count,
        proxy_count
    from by_device_type
    union all
    select
        reporting_month,
        region,
        'all' as device_type,
        latency_bucket,
        sum(measured_count) as measured_count,
        sum(proxy_count) as proxy_count
    from by_device_type
    group by reporting_month, region, latency_bucket
),

accumulated as (
    select
        *,
        sum(measured_count) over so_far as measured_so_far,
        sum(proxy_count) over so_far as proxy_so_far,
        sum(measured_count) over whole as measured_total,
        sum(proxy_count) over whole as proxy_total
    from counted
    window
        so_far as (
            partition by reporting_month, region, device_type
            order by latency_bucket
        ),
        whole as (partition by reporting_month, region, device_type)
),

final as (
    select
        accumulated.region,
        accumulated.device_type,
        cast(accumulated.latency_bucket as integer) as latency_bucket,
        cast(
            {{ latency_of_bucket('accumulated.latency_bucket') }}
            / rules.divisor
            / 1000.0 as decimal(18, 6)
        ) as latency_seconds,
        cast(accumulated.measured_count as bigint) as measured_count,
        cast(accumulated.proxy_count as bigint) as proxy_count,
        cast(
            100.0 * accumulated.measured_so_far / nullif(accumulated.measured_total, 0)
            as decimal(9, 6)
        ) as measured_cumulative_pct,
        cast(
            100.0 * accumulated.proxy_so_far / nullif(accumulated.proxy_total, 0) as decimal(9, 6)
        ) as proxy_cumulative_pct,
        accumulated.reporting_month
    from accumulated
    inner join rules
        on {{ is_valid('rules', 'accumulated.reporting_month') }}
)

select * from final
