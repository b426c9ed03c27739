-- Would a PMR after 18 Working Days make the papers of September 2021? Two questions in one: the
-- papers that the PMR for September is for, and those that were written in September (for which
-- the PMR is August's). `same_day`: due on the paper day itself. Change months and Working Days.
--
-- By the papers and the calendar: the PMR for September would be due on the main meeting's paper
-- day, 2021-10-26, and miss the reporting meeting's; the PMR for August, read in September, would
-- make the main meeting's.
--
-- | reporting_month | sla_working_days | due_date | main_papers | main_verdict | reporting_papers | reporting_verdict |
-- |---|---|---|---|---|---|---|
-- | 2021-08-01 | 10 | 2021-09-14 | 2021-09-28 | in_time | 2021-09-20 | in_time |
-- | 2021-08-01 | 14 | 2021-09-20 | 2021-09-28 | in_time | 2021-09-20 | same_day |
-- | 2021-08-01 | 18 | 2021-09-24 | 2021-09-28 | in_time | 2021-09-20 | misses |
-- | 2021-08-01 | 25 | 2021-10-05 | 2021-09-28 | misses | 2021-09-20 | misses |
-- | 2021-09-01 | 10 | 2021-10-14 | 2021-10-26 | in_time | 2021-10-18 | in_time |
-- | 2021-09-01 | 14 | 2021-10-20 | 2021-10-26 | in_time | 2021-10-18 | misses |
-- | 2021-09-01 | 18 | 2021-10-26 | 2021-10-26 | same_day | 2021-10-18 | misses |
-- | 2021-09-01 | 25 | 2021-11-04 | 2021-10-26 | misses | 2021-10-18 | misses |
select distinct
    reporting_month,
    sla_working_days,
    due_date,
    main_paper_date as main_papers,
    main_meeting_verdict as main_verdict,
    reporting_paper_date as reporting_papers,
    reporting_meeting_verdict as reporting_verdict
from marts.rpt_pmr_sla_scenarios
where
    calendar = 'england_and_wales'
    and reporting_month in (date '2021-08-01', date '2021-09-01')
    and sla_working_days in (10, 14, 18, 25)
order by reporting_month, sla_working_days
