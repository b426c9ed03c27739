-- Why does each second of the Incident's clock count or not?
select
    segment_number,
    reason,
    is_counted,
    started_at,
    ended_at,
    elapsed_seconds / 3600 as elapsed_hours,
    status,
    status_reason,
    organisation,
    incident_category
from marts.fct_incident_clock_segments
where incident_id = $incident_id
order by segment_number
