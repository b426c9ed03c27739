{#
    The rule of CPM 3, over the rows of a staging model with all its columns. An Alert is timed from when it was raised to when it was sent
    to the User. A hub's clock may be ahead: raised after it was sent, an Alert has no time, and belongs to the day on which it reached the
    gateway, or else the User. One without any time stands on the first of the month that it was sent for.
#}
{% macro alerts_timed(staged) -%}
with

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
    from {{ staged }}
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
{%- endmacro %}
