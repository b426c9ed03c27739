-- `where is_default` is what every reader writes: it must give one figure for each measure, month
-- and scope, under each scenario. Two would be summed or drawn over each other; none would be
-- silence.
select
    scenario_id,
    measure_id,
    reporting_month,
    scope_type,
    scope,
    count(*) filter (where is_default) as default_count
from {{ ref('rpt_scenario_results') }}
group by scenario_id, measure_id, reporting_month, scope_type, scope
having count(*) filter (where is_default) != 1
