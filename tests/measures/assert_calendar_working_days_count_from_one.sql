-- The numbers of a calendar run from 1 without a gap and rise on Working Days only: else the
-- Working Day n after a date would be another day, or none.
with

calendar_dates as (
    select
        calendar,
        calendar_date,
        is_working_day,
        is_weekend,
        holiday_name,
        working_day_number,
        working_day_number_on_or_after,
        lag(working_day_number, 1, 0) over (
            partition by calendar
            order by calendar_date
        ) as number_before
    from {{ ref('dim_calendar_dates') }}
)

select *
from calendar_dates
where
    working_day_number != number_before + case when is_working_day then 1 else 0 end
    or working_day_number_on_or_after != number_before + 1
    or is_working_day != (not is_weekend and holiday_name is null)
