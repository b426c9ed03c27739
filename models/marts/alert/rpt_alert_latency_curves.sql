{#- CPM 3: docs/measures/cpm_3.md#accuracy; ALT-12 -#}
with

final as (
    select
        region,
        device_type,
        latency_bucket,
        latency_seconds,
        measured_count,
        proxy_count,
        measured_cumulative_pct,
        proxy_cumulative_pct,
        reporting_month
    from {{ ref('int_alert_latency_curves') }}
)

select * from final
