-- caption: Incidents open at the end of the month, by Incident Category and age
-- note: Excluded Incidents are left out. Overdue: the Target Resolution Time had passed before the
--   end of the month.
select
    incident_category,
    age_band,
    open_count,
    overdue_count
from marts.rpt_incident_ageing
where reporting_month = $month
order by incident_category, from_days
