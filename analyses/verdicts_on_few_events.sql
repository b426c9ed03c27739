-- Which verdicts of September 2021 stand on fewer than 20 events? One event more or fewer can turn
-- them. By Region and provider; those below minimum first.
select
    measure_id,
    scope_type,
    scope,
    met_count,
    total_count,
    round(result_pct, 2) as result_pct,
    status
from marts.rpt_measure_figures
where
    is_default
    and reporting_month = date '2021-09-01'
    and scope_type in ('region', 'provider')
    and status in ('target_met', 'minimum_met', 'below_minimum')
    and total_count < 20
order by
    array_position(['below_minimum', 'minimum_met', 'target_met'], status),
    total_count asc,
    measure_id asc,
    scope_type asc,
    scope asc
