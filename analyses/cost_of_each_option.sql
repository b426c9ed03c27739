-- What does each solution option cost, and do the printed totals add up? In pounds. The rows of
-- `total` are the papers' own: never add them to the options.
with

options as (
    select
        costs.cost_kind,
        costs.option_id,
        costs.is_total,
        costs.low_gbp,
        costs.high_gbp
    from marts.rpt_solution_option_costs as costs
),

summed as (
    select
        cost_kind,
        sum(low_gbp) filter (where not is_total) as summed_low_gbp,
        sum(high_gbp) filter (where not is_total) as summed_high_gbp
    from options
    group by cost_kind
)

select
    options.cost_kind,
    options.option_id,
    options.low_gbp,
    options.high_gbp,
    case when options.is_total then summed.summed_low_gbp end as summed_low_gbp,
    case when options.is_total then summed.summed_high_gbp end as summed_high_gbp
from options
inner join summed
    on options.cost_kind = summed.cost_kind
order by options.cost_kind, options.is_total, options.option_id
