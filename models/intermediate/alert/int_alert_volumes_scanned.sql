{# The scan of Alerts by SEC Party, which the daily cube leaves out. #}
{{
    config(
        materialized='incremental',
        unique_key='submission_key',
        incremental_strategy='delete+insert',
        on_schema_change='sync_all_columns'
    )
}}

with

new_submissions as (
    {{ scan_new_submissions('alerts') }}
),

alerts as (
    {{
        events_counted_once(
            'alerts',
            ref('stg_providers__alerts'),
            ref('int_alerts_repeated'),
            [
                'alert_kind',
                'alert_code',
                'device_type',
                'region',
                'party_id',
                'raised_at',
                'gateway_at',
                'sent_at',
                'throttled_count',
            ],
            submission_columns=['period']
        )
    }}
),

dated as (
    select
        alerts.submission_number,
        alerts.alert_kind,
        alerts.alert_code,
        alerts.device_type,
        alerts.region,
        alerts.party_id,
        alerts.row_weight,
        alerts.row_weight * coalesce(alerts.throttled_count, 1) as alert_weight,
        cast(
            date_trunc(
                'month',
                {{ alert_date('alerts', "cast(concat(alerts.period, '-01') as date)") }}
            ) as date
        ) as alert_month
    from alerts
),

grouped as (
    select
        submission_number,
        alert_month,
        alert_kind,
        alert_code,
        region,
        party_id,
        device_type,
        cast(sum(row_weight) as bigint) as message_count,
        cast(sum(alert_weight) as bigint) as alert_count
    from dated
    group by
        submission_number,
        alert_month,
        alert_kind,
        alert_code,
        region,
        party_id,
        device_type
    -- A cell whose rows all repeat an Alert of another cell has none of its own.
    having sum(row_weight) > 0
),

final as (
    {{ with_submission_keys('grouped') }}
)

select * from final
