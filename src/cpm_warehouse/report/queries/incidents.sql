-- Which Incidents stand behind the figure, and where is each in the files? Missed ones first.
select
    outcomes.incident_id,
    case
        when outcomes.exclusion_reason is not null then 'excluded'
        when outcomes.is_met then 'met'
        else 'missed'
    end as outcome,
    outcomes.exclusion_reason,
    outcomes.region,
    outcomes.provider,
    incidents.incident_category,
    incidents.counted_seconds / 3600 as counted_hours,
    incidents.target_seconds / 3600 as target_hours,
    incidents.over_target_seconds,
    incidents.elapsed_seconds / 3600 as elapsed_hours,
    incidents.reopen_count,
    incidents.logged_at,
    incidents.resolved_at,
    incidents.organisation,
    incidents.submission_key,
    incidents.source_file,
    incidents.source_row
from marts.fct_incident_outcomes as outcomes
inner join marts.fct_incidents as incidents
    on outcomes.incident_id = incidents.incident_id
where
    outcomes.measure_id = $measure_id
    and outcomes.variant_id = $variant_id
    and outcomes.reporting_month = $reporting_month
    and case $scope_type
        when 'region' then outcomes.region = $scope
        when 'provider' then outcomes.provider = $scope
        else true
    end
order by
    array_position(['missed', 'met', 'excluded'], outcome),
    incidents.over_target_seconds desc nulls last,
    outcomes.incident_id asc
