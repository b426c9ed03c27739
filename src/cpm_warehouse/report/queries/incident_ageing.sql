-- Which Incidents were open at the end of the month, and how old were they?
select
    incident_category,
    age_band,
    open_count,
    overdue_count
from marts.rpt_incident_ageing
where reporting_month = $reporting_month
order by incident_category, from_days
