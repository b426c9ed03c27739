-- Which Incidents make up CPM 5 for September 2021, and where is each in the files received? Change
-- the four values.
select
    outcomes.incident_id,
    outcomes.provider,
    outcomes.region,
    outcomes.is_met,
    outcomes.exclusion_reason,
    outcomes.is_excepted,
    incidents.counted_seconds,
    incidents.target_seconds,
    incidents.over_target_seconds,
    incidents.is_elapsed_only,
    incidents.source_file,
    incidents.source_row,
    incidents.submission_keys
from {{ ref('fct_incident_outcomes') }} as outcomes
inner join {{ ref('fct_incidents') }} as incidents
    on outcomes.incident_id = incidents.incident_id
where
    outcomes.measure_id = 'CPM_5'
    and outcomes.variant_id = 'split'
    and outcomes.reporting_month = date '2021-09-01'
order by incidents.over_target_seconds desc
