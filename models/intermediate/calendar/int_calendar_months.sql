{#- Working Day: docs/calendar.md#counting; CAL-01 -#}
with

calendar_bounds as (
    select
        first_date,
        last_date
    from {{ ref('calendar_bounds') }}
),

days as (
    select {{ explode_days('first_date', 'last_date') }} as calendar_date
    from calendar_bounds
),

months as (
    select distinct cast({{ dbt.date_trunc('month', 'calendar_date') }} as date) as reporting_month
    from days
),

final as (
    select
        reporting_month,
        cast({{ dbt.last_day('reporting_month', 'month') }} as date) as period_end_date,
        cast({{ dbt.dateadd('month', 1, 'reporting_month') }} as date) as next_period_start_date
    from months
)

select * from final
