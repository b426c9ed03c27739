-- Which Incidents does no measure count, and why?
select
    incident_category,
    exclusion_reason,
    excluded_count
from marts.rpt_incident_exclusions
where reporting_month = $reporting_month
order by incident_category, exclusion_reason
