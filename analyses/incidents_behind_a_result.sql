-- Which Incidents make up CPM 5 for September 2021, and where is each in the files received? The
-- most over target first. Change measure, reading and month.
select
    outcomes.incident_id,
    outcomes.provider,
    outcomes.region,
    case
        when outcomes.exclusion_reason is not null then outcomes.exclusion_reason
        when outcomes.is_met then 'met'
        else 'missed'
    end as outcome,
    incidents.over_target_seconds,
    incidents.submission_key,
    incidents.source_row
from marts.fct_incident_outcomes as outcomes
inner join marts.fct_incidents as incidents
    on outcomes.incident_id = incidents.incident_id
where
    outcomes.measure_id = 'CPM_5'
    and outcomes.variant_id = 'split'
    and outcomes.reporting_month = date '2021-09-01'
order by incidents.over_target_seconds desc, outcomes.incident_id asc
