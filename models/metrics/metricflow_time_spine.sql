{# MetricFlow looks for this name. #}
with

dates as (
    select
        calendar_date,
        calendar
    from {{ ref('dim_calendar_dates') }}
),

final as (
    select calendar_date
    from dates
    where calendar = '{{ var("working_day_calendar") }}'
)

select * from final
