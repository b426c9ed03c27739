-- From which month would each option report, all on one date or phased?
select
    approach_id,
    option_id,
    measure_id,
    region,
    basis,
    release_name,
    release_date,
    release_provenance,
    is_lead_time_given,
    first_bound_month,
    reported_from_month,
    month_without_reporting_count
from marts.rpt_solution_start_dates
where is_default_approval
order by approach_id, measure_id, option_id, region
