-- caption: Incidents that no measure counts, by reason
select
    incident_category,
    exclusion_reason,
    excluded_count
from marts.rpt_incident_exclusions
where reporting_month = $month
order by incident_category, exclusion_reason
