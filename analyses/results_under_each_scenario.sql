-- What would a measure have said if another solution option had been built? September 2021, of each
-- measure that any scenario changes; the published scenario stands first.
with

results as (
    select *
    from marts.rpt_scenario_results
    where
        reporting_month = date '2021-09-01'
        and scope_type = 'national'
        and is_default
),

differing as (
    select measure_id
    from results
    group by measure_id
    having count(distinct (basis, met_count, total_count)) > 1
)

select
    results.measure_id,
    results.scenario_id,
    results.basis,
    results.met_count,
    results.total_count,
    round(results.result_pct, 2) as result_pct,
    round(results.coverage_pct, 2) as coverage_pct,
    results.status
from results
inner join differing
    on results.measure_id = differing.measure_id
order by results.measure_id, results.is_published desc, results.scenario_id
