with

clock as (
    select
        first_reporting_month,
        last_reporting_month
    from {{ ref('int_reporting_clock') }}
),

months as (
    select reporting_month
    from {{ ref('int_calendar_months') }}
),

final as (
    select months.reporting_month
    from months
    inner join clock
        on months.reporting_month between clock.first_reporting_month and clock.last_reporting_month
)

select * from final
