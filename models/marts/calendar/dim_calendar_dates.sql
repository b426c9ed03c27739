{#- Working Day: docs/calendar.md#definition; CAL-01 -#}
with

calendar_dates as (
    select
        calendar,
        calendar_date,
        holiday_name,
        working_day_number,
        working_day_number_on_or_after,
        is_weekend,
        is_working_day
    from {{ ref('int_working_day_calendar') }}
),

final as (
    select
        calendar_date,
        cast(calendar as {{ dbt.type_string() }}) as calendar,
        cast(holiday_name as {{ dbt.type_string() }}) as holiday_name,
        working_day_number,
        working_day_number_on_or_after,
        is_weekend,
        is_working_day
    from calendar_dates
)

select * from final
