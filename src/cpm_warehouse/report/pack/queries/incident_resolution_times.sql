-- caption: Time to resolve and re-opens, by Incident Category, over the twelve months to the month
-- note: Time that does not count against the target is left out. Half of the Incidents took at most
--   the median, nine tenths at most P90.
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
    reporting_month > $month - interval 12 month
    and reporting_month <= $month
order by reporting_month desc, incident_category asc
