-- A date missing from one calendar would shift no number, only lose the due dates that fall on it.
with

bounds as (
    select {{ days_between('first_date', 'last_date') }} + 1 as date_count
    from {{ ref('calendar_bounds') }}
),

calendars as (
    select distinct calendar
    from {{ ref('working_day_calendars') }}
),

dates_counted as (
    select
        calendar,
        count(*) as date_count
    from {{ ref('dim_calendar_dates') }}
    group by calendar
)

select
    calendars.calendar,
    bounds.date_count as expected_date_count,
    dates_counted.date_count
from calendars
cross join bounds
left join dates_counted
    on calendars.calendar = dates_counted.calendar
where dates_counted.date_count is distinct from bounds.date_count
