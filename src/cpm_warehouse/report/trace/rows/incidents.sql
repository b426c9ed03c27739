-- Which Incidents does a result of CPM 4, 5 or 5A rest on, where does each lie, and as what does it
-- count? Rows of the export, and of the audit log, lead to the Incident that they are of.
with

incidents as (
    select incidents.*
    from intermediate.int_incidents as incidents
    where
        $source_row is null
        or incidents.incident_id in (
            select told.incident_id
            from (
                select
                    incident_id,
                    submission_key,
                    source_file,
                    source_row
                from staging.stg_dcc__remedy_incidents
                union all
                select
                    incident_id,
                    submission_key,
                    source_file,
                    source_row
                from staging.stg_dcc__remedy_incident_audit
            ) as told
            where
                told.submission_key = $submission_key
                and told.source_file = $source_file
                and told.source_row = $source_row
        )
),

counted as (
    select
        outcomes.*,
        incidents.ended_at,
        incidents.counted_seconds,
        incidents.target_seconds,
        incidents.submission_key,
        incidents.source_file,
        incidents.source_row,
        outcomes.exclusion_reason is null and not outcomes.is_excepted as is_counted
    from intermediate.int_incident_outcomes_judged as outcomes
    inner join incidents
        on outcomes.incident_id = incidents.incident_id
    where
        ($measure_id is null or outcomes.measure_id = $measure_id)
        and ($variant_id is null or outcomes.variant_id = $variant_id)
        and ($reporting_month is null or outcomes.reporting_month = $reporting_month)
        and ($event_id is null or outcomes.incident_id = $event_id)
)

select
    measure_id,
    variant_id,
    reporting_month,
    region,
    provider,
    'measured' as basis,
    incident_id as event_id,
    ended_at as happened_at,
    case
        when not_counted_reason is not null then not_counted_reason
        when is_met then 'met'
        else 'missed'
    end as counted_as,
    1000 * counted_seconds as took_milliseconds,
    1000 * target_seconds as target_milliseconds,
    cast(is_counted and is_met as bigint) as met_count,
    cast(is_counted as bigint) as total_count,
    cast(not is_counted as bigint) as excluded_count,
    submission_key,
    source_file,
    source_row
from counted
where
    $scope_type is null
    or $scope_type = 'national'
    or ($scope_type = 'region' and region = $scope)
    or ($scope_type = 'provider' and provider = $scope)
order by submission_key, source_file, source_row, measure_id, variant_id
