-- What are the figures of each Region and provider? Those with events only.
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
    and reporting_month = $reporting_month
order by measure_id asc, scope_type desc, scope asc
