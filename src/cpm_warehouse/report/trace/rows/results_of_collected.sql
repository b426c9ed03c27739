-- In which results is the row, and as what does it count in each?
select distinct
    results.measure_id,
    results.variant_id,
    results.reporting_month,
    results.scope_type,
    results.scope,
    results.aggregation,
    collected.counted_as,
    results.met_count,
    results.total_count,
    results.result_pct,
    results.status,
    results.is_default
from collected
inner join marts.fct_measure_results as results
    on
        collected.measure_id = results.measure_id
        and collected.variant_id = results.variant_id
        and collected.reporting_month = results.reporting_month
        and results.scope = case results.scope_type
            when 'region' then collected.region
            when 'provider' then collected.provider
            else 'national'
        end
order by
    results.is_default desc,
    results.measure_id asc,
    results.variant_id asc,
    results.reporting_month asc,
    results.scope_type asc,
    results.scope asc,
    results.aggregation desc
