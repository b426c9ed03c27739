-- How much of what a measure is about could each solution option see? The share of events, or of
-- Devices for firmware, in September 2021, all Regions together.
select
    coverage.option_id,
    options.option_name,
    coverage.measure_id,
    coverage.seen_count,
    coverage.population_count,
    round(coverage.coverage_pct, 2) as coverage_pct
from marts.rpt_solution_option_coverage as coverage
inner join marts.dim_solution_options as options
    on coverage.option_id = options.option_id
where
    coverage.reporting_month = date '2021-09-01'
    and coverage.scope = 'national'
order by coverage.measure_id, coverage.coverage_pct desc, coverage.option_id
