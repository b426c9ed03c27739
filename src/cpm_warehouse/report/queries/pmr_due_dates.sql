-- When are this PMR and the next five due, and which Operations Group papers do they make?
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
from marts.rpt_pmr_due_dates
where
    reporting_month >= $reporting_month
    and reporting_month < $reporting_month + interval 6 month
order by reporting_month
