{#- All measures: docs/measures/results.md#in-and-out; RES-16 -#}
{# From the first month that anything was sent for to the last, those between that nobody sent
   included. #}
with

clock as (
    select
        first_reporting_month,
        last_reporting_month
    from {{ ref('int_reporting_clock') }}
),

days as (
    select {{ explode_days('first_reporting_month', 'last_reporting_month') }} as calendar_date
    from clock
),

final as (
    select calendar_date as reporting_month
    from days
    where extract(day from calendar_date) = 1
)

select * from final
