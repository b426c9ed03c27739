-- caption: By Region and by provider, in the default reading
-- note: A Region or provider without events in the month is left out.
select
    measure_id,
    scope_type,
    scope,
    status,
    result_pct,
    target_pct,
    minimum_pct,
    met_count,
    total_count,
    excluded_count,
    coverage_pct,
    basis
from marts.fct_measure_results
where
    is_default
    and scope_type in ('region', 'provider')
    and status not in ('no_events', 'not_reportable')
    and reporting_month = $month
order by measure_id asc, scope_type desc, scope asc
