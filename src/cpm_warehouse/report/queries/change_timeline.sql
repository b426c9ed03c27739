-- On which basis would each option report each measure and Region, month by month?
select
    approach_id,
    measure_id,
    region,
    option_id,
    reporting_month,
    basis
from marts.rpt_solution_timeline
where is_default_approval
order by approach_id, measure_id, region, option_id, reporting_month
