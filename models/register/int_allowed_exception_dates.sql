{#- All measures: docs/measures/results.md#in-and-out; RES-07 -#}
{# The cubes have no finer time than a day, so an Allowed Exception for a window takes out the days
   that it wholly covers: never more than was approved. #}
with

exceptions as (
    select *
    from {{ ref('int_allowed_exceptions') }}
),

touched_dates as (
    select
        measure_id,
        window_started_at,
        window_ended_at,
        {{
            explode_days(
                'cast(' ~ to_local('window_started_at', var('reporting_timezone')) ~ ' as date)',
                'cast(' ~ to_local('window_ended_at', var('reporting_timezone')) ~ ' as date)'
            )
        }} as touched_date
    from exceptions
),

bounded_dates as (
    select
        *,
        {{ to_utc('cast(touched_date as timestamp)', var('reporting_timezone')) }} as starts_at,
        {{
            to_utc(
                add_seconds('cast(touched_date as timestamp)', 86400), var('reporting_timezone')
            )
        }} as ends_at
    from touched_dates
),

final as (
    select distinct
        measure_id,
        touched_date as excepted_date
    from bounded_dates
    where
        window_started_at <= starts_at
        and window_ended_at >= ends_at
)

select * from final
