-- caption: Due dates of this PMR and the next five, and the Operations Group papers that they make
-- note: In time: due before the paper day. Same day: due on it, which is not relied on. Data age is counted to the first meeting that the PMR makes in time.
select
    reporting_month,
    regime_id,
    sla_working_days,
    due_date,
    reporting_paper_date,
    reporting_meeting_verdict,
    main_paper_date,
    main_meeting_verdict,
    next_meeting_date,
    next_meeting_kind,
    slack_working_days,
    data_age_days
from marts.rpt_pmr_sla_scenarios
where
    is_in_force
    and calendar = (select coalesce(min(calendar), 'england_and_wales') from marts.fct_pmr_deliveries)
    and reporting_month >= $month
    and reporting_month < $month + interval 6 month
order by reporting_month
