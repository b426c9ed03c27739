{#- CPM 3: docs/measures/cpm_3.md#formula; ALT-03, ALT-10, CUB-07, CUB-09 -#}
{# The one scan of Alerts by day, for all that is asked of a code or a SEC Party. Exclusions by code
   are left to readers: a change of their seeds needs no scan. #}

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
        targets.target_milliseconds
    from new_submissions
    inner join targets
        on {{ is_valid('targets', "cast(concat(new_submissions.period, '-01') as date)") }}
),

alerts as (
    {{
        events_counted_once(
            'alerts',
            ref('int_alerts_timed'),
            ref('cube_alert_repeats'),
            [
                'alert_kind',
                'alert_code',
                'device_type',
                'region',
                'party_id',
                'alert_date',
                'alert_milliseconds',
                'alert_count',
                'has_reached_gateway',
                'is_delivered',
            ],
            'targeted_submissions',
            ['target_milliseconds']
        )
    }}
),

judged as (
    select
        *,
        row_weight * alert_count as alert_weight,
        alert_milliseconds is not null as is_timed,
        alert_milliseconds <= target_milliseconds as is_within_target
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
        party_id,
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
    from judged
    group by
        submission_number,
        alert_date,
        region,
        device_type,
        alert_kind,
        alert_code,
        party_id
),

final as (
    {{ with_submission_keys('grouped', 'new_submissions') }}
)

select * from final
