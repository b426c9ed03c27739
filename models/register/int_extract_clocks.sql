{#- All measures: docs/measures/results.md#in-and-out; RES-10 -#}
{# A submission tells of its month, and of nothing that happened after it was received. A correction
   of an earlier month tells nothing of the months after it, so the submission for the last month
   decides; one for a month that had not begun is filed under the wrong month. #}
with

submissions as (
    select
        extract,
        provider,
        reporting_month,
        received_at
    from {{ ref('int_submissions_current') }}
    where reporting_month <= received_at
),

months as (
    select
        reporting_month,
        {{ to_utc('cast(next_period_start_date as timestamp)', var('reporting_timezone')) }}
            as month_ended_at
    from {{ ref('int_calendar_months') }}
),

clock as (
    select as_of_at
    from {{ ref('int_reporting_clock') }}
),

latest as (
    select *
    from submissions
    qualify
        row_number() over (
            partition by extract, provider
            order by reporting_month desc
        ) = 1
),

final as (
    select
        latest.extract,
        latest.provider,
        latest.reporting_month as last_reporting_month,
        least(months.month_ended_at, latest.received_at, clock.as_of_at) as known_until_at
    from latest
    inner join months
        on latest.reporting_month = months.reporting_month
    cross join clock
)

select * from final
