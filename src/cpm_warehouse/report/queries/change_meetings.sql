-- In how many months does each service level make the Operations Group's papers, and at what cost?
select
    sla_working_days,
    option_number,
    is_recommended,
    month_count,
    reporting_in_time_count,
    reporting_in_time_pct,
    reporting_meetings_gained_count,
    main_in_time_count,
    main_in_time_pct,
    main_same_day_count,
    main_meetings_gained_count,
    cost_gbp,
    is_cost_floor,
    meeting_gained_gbp,
    first_reporting_month,
    last_reporting_month
from marts.rpt_pmr_sla_meetings
where period_id = $period_id and calendar = $calendar
order by sla_working_days
