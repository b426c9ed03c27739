-- Would a PMR after 18 Working Days make the papers of September 2021? Two questions in one: the
-- papers that the PMR for September is for, and those that were written in September (for which
-- the PMR is August's). `same_day`: due on the paper day itself. Change months and Working Days.
select distinct
    reporting_month,
    sla_working_days,
    due_date,
    main_paper_date,
    main_meeting_verdict,
    reporting_paper_date,
    reporting_meeting_verdict
from marts.rpt_pmr_sla_scenarios
where
    calendar = 'england_and_wales'
    and reporting_month in (date '2021-08-01', date '2021-09-01')
    and sla_working_days in (10, 14, 18, 25)
order by reporting_month, sla_working_days
