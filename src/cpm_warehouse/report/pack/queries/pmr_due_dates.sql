-- caption: Due dates of this PMR and the next five, and the Operations Group papers that they make
-- note: In time: due before the paper day. Same day: due on it, which is not relied on. Data age is
--   counted to the first meeting that the PMR makes in time.
with

calendars as (
    select coalesce(min(calendar), 'england_and_wales') as calendar
    from marts.fct_pmr_deliveries
)

select
    scenarios.reporting_month,
    scenarios.regime_id,
    scenarios.sla_working_days,
    scenarios.due_date,
    scenarios.reporting_paper_date,
    scenarios.reporting_meeting_verdict,
    scenarios.main_paper_date,
    scenarios.main_meeting_verdict,
    scenarios.next_meeting_date,
    scenarios.next_meeting_kind,
    scenarios.slack_working_days,
    scenarios.data_age_days
from marts.rpt_pmr_sla_scenarios as scenarios
inner join calendars
    on scenarios.calendar = calendars.calendar
where
    scenarios.is_in_force
    and scenarios.reporting_month >= $month
    and scenarios.reporting_month < $month + interval 6 month
order by scenarios.reporting_month
