-- The question of the OPSG paper: over a year, how often would each service level make a meeting's
-- papers, and how old would the data be there? One row per regime, in the calendar of England and
-- Wales.
select
    regime_id,
    sla_working_days,
    count(*) as month_count,
    count(*) filter (where reporting_meeting_verdict = 'in_time') as reporting_meetings_made,
    count(*) filter (where reporting_meeting_verdict = 'same_day') as reporting_meetings_same_day,
    count(*) filter (where main_meeting_verdict = 'in_time') as main_meetings_made,
    count(*) filter (where main_meeting_verdict = 'same_day') as main_meetings_same_day,
    avg(data_age_days) as mean_data_age_days
from {{ ref('rpt_pmr_sla_scenarios') }}
where
    calendar = 'england_and_wales'
    and reporting_month >= date '2021-04-01'
    and reporting_month < date '2022-04-01'
group by regime_id, sla_working_days
order by sla_working_days, regime_id
