-- How long did Incidents take, and which were re-opened, in up to twelve months, this one the last?
select
    reporting_month,
    incident_category,
    resolved_count,
    met_count,
    target_seconds,
    median_seconds,
    p90_seconds,
    longest_seconds,
    reopened_count,
    reopen_count
from marts.rpt_incident_resolution_times
where
    reporting_month > $reporting_month - interval 12 month
    and reporting_month <= $reporting_month
order by reporting_month desc, incident_category asc
