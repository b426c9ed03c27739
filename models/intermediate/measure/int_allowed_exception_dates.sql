{# The cubes have no finer time than a day, so an Allowed Exception for a window takes out the days
   that it wholly covers: never more than was approved. #}
with

exceptions as (
    select *
    from {{ ref('int_allowed_exceptions') }}
),

dates as (
    select distinct
        calendar_date,
        {{ to_utc('cast(calendar_date as timestamp)', var('reporting_timezone')) }} as starts_at,
        {{
            to_utc(
                add_seconds('cast(calendar_date as timestamp)', 86400), var('reporting_timezone')
            )
        }} as ends_at
    from {{ ref('int_working_day_calendar') }}
),

final as (
    select distinct
        exceptions.measure_id,
        dates.calendar_date as excepted_date
    from exceptions
    inner join dates
        on
            exceptions.window_started_at <= dates.starts_at
            and exceptions.window_ended_at >= dates.ends_at
)

select * from final
