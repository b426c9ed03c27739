-- How much of what a measure is about could each option see, in all and in each Region?
select
    measure_id,
    option_id,
    scope_type,
    scope,
    seen_count,
    population_count,
    coverage_pct
from marts.rpt_solution_option_coverage
where reporting_month = $reporting_month
order by measure_id, option_id, scope_type, scope
