{#- H13.4: docs/measures/pmr_timeliness.md#in-and-out; PMR-08 -#}
with

submission_due_dates as (
    select
        reporting_month,
        provider,
        extract,
        submission_working_days,
        due_working_day_number,
        is_pmr_input,
        due_date
    from {{ ref('int_submission_due_dates') }}
),

reporting_clock as (
    select last_reporting_month
    from {{ ref('int_reporting_clock') }}
),

final as (
    select submission_due_dates.*
    from submission_due_dates
    inner join reporting_clock
        on submission_due_dates.reporting_month <= reporting_clock.last_reporting_month
)

select * from final
