-- Which Incidents make up CPM 5 for September 2021, and where is each in the files received? The
-- most over target first. Change measure, reading and month.
--
-- On the synthetic sample: two are over their target, by 119114 and 35365 seconds; CSP Central and
-- South has the longer one (4 of 52 rows).
--
-- | incident_id | provider | region | outcome | over_target_seconds | submission_key | source_row |
-- |---|---|---|---|---|---|---|
-- | INC000000012350 | csp_central_south | Central | missed | 119114 | remedy_incidents/dcc/2021-09/v2 | 54 |
-- | INC000000012356 | dcc | Central | missed | 35365 | remedy_incidents/dcc/2021-09/v2 | 58 |
-- | INC000000012324 | csp_central_south | Central | met | 0 | remedy_incidents/dcc/2021-09/v2 | 178 |
-- | INC000000012345 | s1sp_foc | SMETS1 | met | 0 | remedy_incidents/dcc/2021-09/v2 | 172 |
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
