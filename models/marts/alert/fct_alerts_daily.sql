{#- CPM 3: docs/measures/cpm_3.md#where-it-stands; ALT-01, ALT-03 -#}
with

classified as (
    select *
    from {{ ref('int_alerts_classified') }}
),

final as (
    select
        alert_date,
        provider,
        region,
        device_type,
        alert_kind,
        alert_code,
        exclusion_reason,
        cast(sum(message_count) as bigint) as message_count,
        cast(sum(gateway_message_count) as bigint) as gateway_message_count,
        cast(sum(delivered_message_count) as bigint) as delivered_message_count,
        cast(sum(message_count - delivered_message_count) as bigint) as not_delivered_message_count,
        cast(sum(delivered_message_count - timed_message_count) as bigint)
            as clock_unusable_message_count,
        cast(sum(timed_message_count) as bigint) as timed_message_count,
        cast(sum(within_message_count) as bigint) as within_target_message_count,
        cast(sum(duplicate_count) as bigint) as duplicate_count,
        cast(sum(throttled_alert_count) as bigint) as throttled_alert_count,
        cast(sum(delivered_throttled_alert_count) as bigint) as delivered_throttled_alert_count,
        cast(sum(timed_throttled_alert_count) as bigint) as timed_throttled_alert_count,
        cast(sum(within_throttled_alert_count) as bigint) as within_target_throttled_alert_count,
        is_time_critical,
        is_gbcs_critical
    from classified
    group by
        alert_date,
        provider,
        region,
        device_type,
        alert_kind,
        alert_code,
        exclusion_reason,
        is_time_critical,
        is_gbcs_critical
)

select * from final
