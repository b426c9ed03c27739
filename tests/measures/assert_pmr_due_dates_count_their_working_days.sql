-- Counted anew, without numbers: a due date is a Working Day, and from the day after the month up
-- to and including it lie as many Working Days as the service level says.
with

scenarios as (
    select
        reporting_month,
        calendar,
        regime_id,
        sla_working_days,
        due_date
    from {{ ref('rpt_pmr_sla_scenarios') }}
),

working_days as (
    select
        calendar,
        calendar_date
    from {{ ref('dim_calendar_dates') }}
    where is_working_day
)

select
    scenarios.reporting_month,
    scenarios.calendar,
    scenarios.regime_id,
    scenarios.sla_working_days,
    count(working_days.calendar_date) as working_day_count
from scenarios
left join working_days
    on
        scenarios.calendar = working_days.calendar
        and scenarios.due_date >= working_days.calendar_date
        and scenarios.reporting_month <= working_days.calendar_date
        and cast({{ dbt.last_day('scenarios.reporting_month', 'month') }} as date)
        < working_days.calendar_date
group by
    scenarios.reporting_month,
    scenarios.calendar,
    scenarios.regime_id,
    scenarios.sla_working_days,
    scenarios.due_date
having
    count(working_days.calendar_date) != scenarios.sla_working_days
    or max(working_days.calendar_date) != scenarios.due_date
