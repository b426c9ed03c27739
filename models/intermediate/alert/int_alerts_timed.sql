{#- CPM 3: docs/measures/cpm_3.md#formula; ALT-02, ALT-03, PLT-16 -#}
{# CPM 3. An Alert is timed from when it was raised to when it was sent to the User. A hub's clock
   may be ahead: raised after it was sent, an Alert has no time, and belongs to the day on which it
   reached the gateway, or else the User. One without any time stands on the first of the month that
   it was sent for. #}
with

-- Rows that share their key with another stand here once more, marked: who looks for repeats reads
-- them alone.
staged as (
    select
        submission_key,
        provider,
        period,
        submission_version,
        alert_kind,
        alert_code,
        device_id,
        device_type,
        region,
        party_id,
        raised_at,
        gateway_at,
        sent_at,
        throttled_count,
        source_file,
        source_row,
        false as is_listed_repeat
    from {{ ref('stg_providers__alerts') }}
    union all
    select
        submission_key,
        provider,
        period,
        submission_version,
        alert_kind,
        alert_code,
        device_id,
        device_type,
        region,
        party_id,
        raised_at,
        gateway_at,
        sent_at,
        throttled_count,
        source_file,
        source_row,
        true as is_listed_repeat
    from {{ ref('stg_providers__alert_repeats') }}
),

dated as (
    select
        *,
        coalesce(
            cast(
                {{
                    to_local(
                        'coalesce('
                        ~ 'case when raised_at <= coalesce(sent_at, raised_at) then raised_at end, '
                        ~ 'gateway_at, sent_at)',
                        var('reporting_timezone')
                    )
                }} as date
            ),
            cast(concat(period, '-01') as date)
        ) as alert_date
    from staged
),

final as (
    select
        *,
        case
            when raised_at <= sent_at then {{ milliseconds_between('raised_at', 'sent_at') }}
        end as alert_milliseconds,
        -- A message stands for as many Alerts as were throttled.
        coalesce(throttled_count, 1) as alert_count,
        gateway_at is not null as has_reached_gateway,
        sent_at is not null as is_delivered,
        cast(date_trunc('month', alert_date) as date) as alert_month
    from dated
)

select * from final
