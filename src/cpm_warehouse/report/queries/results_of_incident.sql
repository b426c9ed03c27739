-- In which results is the Incident, and as what does it count in each?
select
    results.measure_id,
    results.variant_id,
    results.reporting_month,
    results.scope_type,
    results.scope,
    results.aggregation,
    case
        when outcomes.exclusion_reason is not null then outcomes.exclusion_reason
        when outcomes.is_excepted then 'allowed_exception'
        when outcomes.is_met then 'met'
        else 'missed'
    end as counted_as,
    results.met_count,
    results.total_count,
    results.result_pct,
    results.status,
    results.is_default
from marts.fct_incident_outcomes as outcomes
inner join marts.fct_measure_results as results
    on
        outcomes.measure_id = results.measure_id
        and outcomes.variant_id = results.variant_id
        and outcomes.reporting_month = results.reporting_month
        and results.scope = case results.scope_type
            when 'region' then outcomes.region
            when 'provider' then outcomes.provider
            else 'national'
        end
where outcomes.incident_id = $incident_id
order by
    results.is_default desc,
    results.measure_id asc,
    results.variant_id asc,
    results.reporting_month asc,
    array_position(['national', 'region', 'provider'], results.scope_type),
    results.scope asc,
    results.aggregation desc
