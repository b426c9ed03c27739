-- Which verdicts of September 2021 stand on fewer than 20 events? One event more or fewer can turn
-- them. By Region and provider; those below minimum first.
--
-- On the synthetic sample: three of them are below minimum, one on 2 events (6 of 31 rows).
--
-- | measure_id | scope_type | scope | met_count | total_count | result_pct | status |
-- |---|---|---|---|---|---|---|
-- | CPM_5 | provider | dcc | 1 | 2 | 50.00 | below_minimum |
-- | CPM_5A | provider | s1sp_ioc | 3 | 4 | 75.00 | below_minimum |
-- | CPM_5 | region | Central | 5 | 7 | 71.43 | below_minimum |
-- | CPM_5A | region | South | 5 | 6 | 83.33 | minimum_met |
-- | CPM_5 | provider | csp_central_south | 6 | 7 | 85.71 | minimum_met |
-- | CPM_4 | provider | csp_central_south | 1 | 1 | 100.00 | target_met |
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
