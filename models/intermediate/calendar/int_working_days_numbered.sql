with

calendar_dates as (
    select
        calendar,
        calendar_date,
        working_day_number,
        is_working_day
    from {{ ref('int_calendar_dates_numbered') }}
),

final as (
    select
        calendar,
        calendar_date,
        working_day_number
    from calendar_dates
    where is_working_day
)

select * from final
