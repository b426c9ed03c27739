{#- Working Day: docs/calendar.md#definition; CAL-01 -#}
{# SEC Working Day: no Saturday or Sunday, no Christmas Day or Good Friday, no bank holiday. The two
   named days are excluded by name as well: Good Friday is a common-law holiday in England and Wales
   and stands in no schedule of the 1971 Act there. #}
{{ config(materialized='table') }}

with

calendar_bounds as (
    select
        first_date,
        last_date
    from {{ ref('calendar_bounds') }}
),

working_day_calendars as (
    select
        calendar,
        division
    from {{ ref('working_day_calendars') }}
),

bank_holidays as (
    select
        division,
        holiday_date,
        holiday_name,
        known_from,
        known_to
    from {{ ref('bank_holidays') }}
),

named_non_working_days as (
    select
        excluded_date,
        excluded_name
    from {{ ref('named_non_working_days') }}
),

days as (
    select {{ explode_days('first_date', 'last_date') }} as calendar_date
    from calendar_bounds
),

calendars as (
    select distinct calendar
    from working_day_calendars
),

calendar_holidays_known as (
    select distinct
        working_day_calendars.calendar,
        bank_holidays.holiday_date,
        bank_holidays.holiday_name
    from bank_holidays
    inner join working_day_calendars
        on bank_holidays.division = working_day_calendars.division
    where {{ is_known('bank_holidays.known_from', 'bank_holidays.known_to') }}
),

calendar_holidays as (
    select
        calendar,
        holiday_date,
        {{ sorted_texts('holiday_name', ' / ') }} as holiday_name
    from calendar_holidays_known
    group by
        calendar,
        holiday_date
),

days_judged as (
    select
        calendars.calendar,
        days.calendar_date,
        {{ iso_weekday('days.calendar_date') }} as iso_weekday,
        {{ iso_weekday('days.calendar_date') }} >= 6 as is_weekend,
        coalesce(
            calendar_holidays.holiday_name,
            named_non_working_days.excluded_name
        ) as holiday_name
    from days
    cross join calendars
    left join calendar_holidays
        on
            calendars.calendar = calendar_holidays.calendar
            and days.calendar_date = calendar_holidays.holiday_date
    left join named_non_working_days
        on days.calendar_date = named_non_working_days.excluded_date
),

working_days_marked as (
    select
        *,
        not is_weekend and holiday_name is null as is_working_day
    from days_judged
),

days_numbered as (
    select
        *,
        sum(case when is_working_day then 1 else 0 end) over (
            partition by calendar
            order by calendar_date
        ) as working_day_number
    from working_days_marked
),

final as (
    select
        calendar,
        calendar_date,
        holiday_name,
        cast(iso_weekday as integer) as iso_weekday,
        cast(working_day_number as integer) as working_day_number,
        cast(
            working_day_number + case when is_working_day then 0 else 1 end as integer
        ) as working_day_number_on_or_after,
        is_weekend,
        is_working_day
    from days_numbered
)

select * from final
