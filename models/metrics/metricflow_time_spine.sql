{# MetricFlow looks for this name. #}
with

dates as (
    select
        calendar_date,
        calendar
    from {{ ref('int_working_day_calendar') }}
),

final as (
    select calendar_date
    from dates
    where calendar = '{{ var("working_day_calendar") }}'
)

select * from final
