-- Which results did the submission feed? Those that name it.
select
    measure_id,
    variant_id,
    reporting_month,
    scope_type,
    scope,
    aggregation,
    met_count,
    total_count,
    result_pct,
    status,
    is_default
from marts.fct_measure_results
where list_contains(string_split(submission_keys, ','), $submission_key)
order by
    is_default desc,
    measure_id asc,
    variant_id asc,
    reporting_month asc,
    array_position(['national', 'region', 'provider'], scope_type),
    scope asc,
    aggregation desc
