{#- H13.4: docs/measures/pmr_timeliness.md#formula; PMR-01 -#}
with

months as (
    select
        reporting_month,
        period_end_date
    from {{ ref('int_calendar_months') }}
),

regimes as (
    select
        regime_id,
        regime_kind,
        sla_working_days
    from {{ ref('pmr_sla_regimes') }}
),

calendar_dates as (
    select
        calendar,
        calendar_date,
        working_day_number
    from {{ ref('int_working_day_calendar') }}
),

working_days as (
    select
        calendar,
        calendar_date,
        working_day_number
    from {{ ref('int_working_day_calendar') }}
    where is_working_day
),

calendars as (
    select distinct calendar
    from working_days
),

month_regimes as (
    select
        months.reporting_month,
        months.period_end_date,
        calendars.calendar,
        regimes.regime_id,
        regimes.regime_kind,
        regimes.sla_working_days
    from months
    cross join calendars
    cross join regimes
),

final as (
    select
        month_regimes.reporting_month,
        month_regimes.period_end_date,
        month_regimes.calendar,
        month_regimes.regime_id,
        month_regimes.regime_kind,
        month_regimes.sla_working_days,
        due.calendar_date as due_date,
        due.working_day_number as due_working_day_number
    from month_regimes
    {{ join_working_day_after(
        due='due',
        dates_of='calendar_dates',
        working_days_of='working_days',
        calendar='month_regimes.calendar',
        start_date='month_regimes.period_end_date',
        working_days='month_regimes.sla_working_days'
    ) }}
)

select * from final
