-- Over the year from April 2021, how often would each service level make a meeting's papers, and
-- how old would the data be there? Regimes of the same length are one row: they make the same.
--
-- By the papers and the calendar: 10 Working Days make every paper; 14 make all of the main
-- meeting's; 18 make 7 of its 12, and none of the reporting meeting's.
--
-- | sla_working_days | months | reporting_made | reporting_same_day | main_made | main_same_day | mean_data_age_days |
-- |---|---|---|---|---|---|---|
-- | 10 | 12 | 12 | 0 | 12 | 0 | 28.3 |
-- | 14 | 12 | 8 | 1 | 12 | 0 | 30.9 |
-- | 18 | 12 | 0 | 0 | 7 | 1 | 45.4 |
-- | 25 | 12 | 0 | 0 | 0 | 0 | 58.5 |
with

months as (
    select distinct
        sla_working_days,
        reporting_month,
        reporting_meeting_verdict,
        main_meeting_verdict,
        data_age_days
    from marts.rpt_pmr_sla_scenarios
    where
        calendar = 'england_and_wales'
        and reporting_month >= date '2021-04-01'
        and reporting_month < date '2022-04-01'
)

select
    sla_working_days,
    count(*) as months,
    count(*) filter (where reporting_meeting_verdict = 'in_time') as reporting_made,
    count(*) filter (where reporting_meeting_verdict = 'same_day') as reporting_same_day,
    count(*) filter (where main_meeting_verdict = 'in_time') as main_made,
    count(*) filter (where main_meeting_verdict = 'same_day') as main_same_day,
    round(avg(data_age_days), 1) as mean_data_age_days
from months
group by sla_working_days
order by sla_working_days
