-- Which papers of the Operations Group does each service level make, month by month?
-- Two regimes of one length make the same.
select distinct
    scenarios.reporting_month,
    scenarios.sla_working_days,
    scenarios.due_date,
    scenarios.reporting_meeting_verdict,
    scenarios.main_meeting_verdict
from marts.rpt_pmr_sla_scenarios as scenarios
inner join marts.rpt_pmr_sla_meetings as meetings
    on
        scenarios.calendar = meetings.calendar
        and scenarios.sla_working_days = meetings.sla_working_days
        and scenarios.reporting_month
        between meetings.first_reporting_month and meetings.last_reporting_month
where meetings.period_id = $period_id and meetings.calendar = $calendar
order by scenarios.reporting_month, scenarios.sla_working_days
