{#- CPM 3: docs/measures/cpm_3.md#accuracy; ALT-14 -#}
{# Both sides of the comparison in one row: Alerts as measured and requests as proxy, by device type
   and, as 'all', together. #}
with

classified as (
    select *
    from {{ ref('int_alerts_classified') }}
    where exclusion_reason is null
),

requests as (
    select *
    from {{ ref('int_alert_proxy_counted') }}
),

months as (
    select reporting_month
    from {{ ref('int_reporting_months_with_data') }}
),

sides as (
    select
        alert_month as reporting_month,
        region,
        device_type,
        within_message_count as measured_within_count,
        timed_message_count as measured_total_count,
        0 as proxy_within_count,
        0 as proxy_total_count
    from classified
    union all
    select
        cast(date_trunc('month', request_date) as date) as reporting_month,
        region,
        device_type,
        0 as measured_within_count,
        0 as measured_total_count,
        within_target_count as proxy_within_count,
        wan_return_count as proxy_total_count
    from requests
),

levelled as (
    select
        reporting_month,
        region,
        device_type,
        measured_within_count,
        measured_total_count,
        proxy_within_count,
        proxy_total_count
    from sides
    union all
    select
        reporting_month,
        region,
        'all' as device_type,
        measured_within_count,
        measured_total_count,
        proxy_within_count,
        proxy_total_count
    from sides
),

final as (
    select
        levelled.reporting_month,
        levelled.region,
        levelled.device_type,
        cast(sum(levelled.measured_within_count) as bigint) as measured_within_count,
        cast(sum(levelled.measured_total_count) as bigint) as measured_total_count,
        cast(sum(levelled.proxy_within_count) as bigint) as proxy_within_count,
        cast(sum(levelled.proxy_total_count) as bigint) as proxy_total_count
    from levelled
    inner join months
        on levelled.reporting_month = months.reporting_month
    group by levelled.reporting_month, levelled.region, levelled.device_type
    having sum(levelled.measured_total_count) > 0 or sum(levelled.proxy_total_count) > 0
)

select * from final
