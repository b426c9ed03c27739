-- What does each service level give in the months that the OPSG paper works by hand?
select distinct
    reporting_month,
    sla_working_days,
    due_date,
    reporting_paper_date,
    reporting_meeting_date,
    reporting_meeting_verdict,
    main_paper_date,
    main_meeting_date,
    main_meeting_verdict,
    data_age_days
from marts.rpt_pmr_sla_scenarios
where reporting_meeting_provenance = 'paper' and calendar = $calendar
order by reporting_month, sla_working_days
