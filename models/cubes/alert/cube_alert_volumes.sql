{#- CPM 3: docs/measures/cpm_3.md#in-and-out; ALT-10, CUB-07 -#}
{# The scan of Alerts by SEC Party, which the daily cube leaves out. #}

with

new_submissions as (
    {{ scan_new_submissions('alerts') }}
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
                'alert_month',
                'alert_count',
            ],
            'new_submissions'
        )
    }}
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
        cast(sum(row_weight * alert_count) as bigint) as alert_count
    from alerts
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
    {{ with_submission_keys('grouped', 'new_submissions') }}
)

select * from final
