-- What would measures have said under each scenario that gives another figure than is published?
with

results as (
    select *
    from marts.rpt_scenario_results
    where
        reporting_month = $reporting_month
        and scope_type = 'national'
        and is_default
        and basis != 'not_reportable'
),

published as (
    select *
    from results
    where is_published
),

differing as (
    select results.*
    from results
    inner join published
        on results.measure_id = published.measure_id
    where
        results.met_count is distinct from published.met_count
        or results.total_count is distinct from published.total_count
        or results.basis != published.basis
),

shown as (
    select *
    from differing
    union all
    select *
    from published
    where measure_id in (select differing.measure_id from differing)
)

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
from shown
order by measure_id asc, is_published desc, scenario_id asc
