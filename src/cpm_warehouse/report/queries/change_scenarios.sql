-- What would the measures that an option bears on have said under each scenario?
select
    measure_id,
    scenario_id,
    is_published,
    basis,
    met_count,
    total_count,
    result_pct,
    coverage_pct,
    status
from marts.rpt_scenario_results
where
    reporting_month = $reporting_month
    and scope_type = 'national'
    and is_default
    and basis != 'not_reportable'
    and measure_id in (select dated.measure_id from marts.rpt_solution_start_dates as dated)
order by measure_id asc, is_published desc, scenario_id asc
