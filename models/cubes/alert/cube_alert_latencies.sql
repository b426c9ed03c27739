{#- CPM 3: docs/measures/cpm_3.md#accuracy; ALT-12, CUB-07 -#}
{# Times of the Alerts that CPM 3 counts, times the proxy's divisor: a bucket is the same slice of
   time here and in the buckets of WAN round trips, and the two curves meet at each bucket's end. #}

with

new_submissions as (
    {{ scan_new_submissions('alerts') }}
),

exclusions as (
    select *
    from {{ ref('int_alert_exclusions') }}
),

rules as (
    select *
    from {{ ref('alert_proxy_rules') }}
    where rule_id = 'standard'
),

ruled_submissions as (
    select
        new_submissions.*,
        rules.divisor
    from new_submissions
    inner join rules
        on {{ is_valid('rules', "cast(concat(new_submissions.period, '-01') as date)") }}
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
                'alert_month',
                'alert_milliseconds',
            ],
            'ruled_submissions',
            ['divisor']
        )
    }}
),

bucketed as (
    select
        alerts.submission_number,
        alerts.alert_month,
        alerts.alert_kind,
        alerts.alert_code,
        alerts.device_type,
        alerts.region,
        alerts.row_weight,
        {{ latency_bucket('alerts.alert_milliseconds * alerts.divisor') }} as latency_bucket
    from alerts
    where alerts.alert_milliseconds is not null
),

grouped as (
    select
        bucketed.submission_number,
        bucketed.alert_month,
        bucketed.region,
        bucketed.device_type,
        bucketed.latency_bucket,
        cast(sum(bucketed.row_weight) as bigint) as message_count
    from bucketed
    left join exclusions
        on
            bucketed.alert_kind = exclusions.alert_kind
            and bucketed.alert_code = exclusions.alert_code
            and {{ is_valid('exclusions', 'bucketed.alert_month') }}
    where exclusions.alert_code is null
    group by
        bucketed.submission_number,
        bucketed.alert_month,
        bucketed.region,
        bucketed.device_type,
        bucketed.latency_bucket
    having sum(bucketed.row_weight) > 0
),

final as (
    {{ with_submission_keys('grouped', 'new_submissions') }}
)

select * from final
