-- Which Incident stands on this row of a file?
select incident_id
from marts.fct_incidents
where
    submission_key = $submission_key
    and source_file = $source_file
    and source_row = $source_row
