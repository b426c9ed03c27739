{{ config(group='pmr') }}
-- Each month from the calendar's first stands under every regime and calendar, up to the last month
-- whose main meeting the calendar holds; and exactly one regime is in force for each.
with

scenarios as (
    select
        reporting_month,
        calendar,
        regime_id,
        is_in_force
    from {{ ref('rpt_pmr_sla_scenarios') }}
),

regimes as (
    select
        regime_id,
        count(*) over () as regime_count
    from {{ ref('pmr_sla_regimes') }}
),

calendars as (
    select distinct calendar
    from {{ ref('working_day_calendars') }}
),

months as (
    select distinct reporting_month
    from {{ ref('int_opsg_meetings_scheduled') }}
    where meeting_kind = 'main'
)

select
    months.reporting_month,
    calendars.calendar,
    count(distinct scenarios.regime_id) as regime_count,
    count(*) filter (where scenarios.is_in_force) as in_force_count
from months
cross join calendars
cross join regimes
left join scenarios
    on
        months.reporting_month = scenarios.reporting_month
        and calendars.calendar = scenarios.calendar
        and regimes.regime_id = scenarios.regime_id
group by
    months.reporting_month,
    calendars.calendar
having
    count(distinct scenarios.regime_id) != max(regimes.regime_count)
    or count(*) filter (where scenarios.is_in_force) != 1
