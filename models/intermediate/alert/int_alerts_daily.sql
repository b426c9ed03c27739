{# The one scan of Alerts by day. A hub's clock may be ahead: an Alert raised after it was sent has
   no speed, and is dated by when it reached the gateway or the User. Exclusions by code are left to
   readers: a change of their seeds needs no scan. #}
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

targets as (
    select *
    from {{ ref('alert_target_response_times') }}
    where target_id = 'alert'
),

targeted_submissions as (
    select
        new_submissions.*,
        cast(concat(new_submissions.period, '-01') as date) as first_date,
        targets.target_milliseconds
    from new_submissions
    inner join targets
        on {{ is_valid('targets', "cast(concat(new_submissions.period, '-01') as date)") }}
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
                'raised_at',
                'gateway_at',
                'sent_at',
                'throttled_count',
            ],
            'targeted_submissions',
            ['first_date', 'target_milliseconds']
        )
    }}
),

timed as (
    select
        alerts.submission_number,
        alerts.alert_kind,
        alerts.alert_code,
        alerts.device_type,
        alerts.region,
        alerts.row_weight,
        alerts.row_weight * coalesce(alerts.throttled_count, 1) as alert_weight,
        alerts.gateway_at is not null as has_reached_gateway,
        alerts.sent_at is not null as is_delivered,
        alerts.raised_at <= alerts.sent_at as is_timed,
        alerts.raised_at <= alerts.sent_at
        and {{ milliseconds_between('alerts.raised_at', 'alerts.sent_at') }}
        <= alerts.target_milliseconds as is_within_target,
        {{ alert_date('alerts', 'alerts.first_date') }} as alert_date
    from alerts
),

grouped as (
    select
        submission_number,
        alert_date,
        region,
        device_type,
        alert_kind,
        alert_code,
        cast(sum(row_weight) as bigint) as message_count,
        cast(count(*) filter (where row_weight < 0) as bigint) as duplicate_count,
        cast(coalesce(sum(row_weight) filter (where has_reached_gateway), 0) as bigint)
            as gateway_message_count,
        cast(coalesce(sum(row_weight) filter (where is_delivered), 0) as bigint)
            as delivered_message_count,
        cast(coalesce(sum(row_weight) filter (where is_timed), 0) as bigint)
            as timed_message_count,
        cast(coalesce(sum(row_weight) filter (where is_within_target), 0) as bigint)
            as within_message_count,
        cast(sum(alert_weight) as bigint) as throttled_alert_count,
        cast(coalesce(sum(alert_weight) filter (where is_delivered), 0) as bigint)
            as delivered_throttled_alert_count,
        cast(coalesce(sum(alert_weight) filter (where is_timed), 0) as bigint)
            as timed_throttled_alert_count,
        cast(coalesce(sum(alert_weight) filter (where is_within_target), 0) as bigint)
            as within_throttled_alert_count
    from timed
    group by
        submission_number,
        alert_date,
        region,
        device_type,
        alert_kind,
        alert_code
),

final as (
    {{ with_submission_keys('grouped') }}
)

select * from final
