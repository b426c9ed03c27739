-- What does each named package of solution options cost, what comes on top, and what is left out?
select
    package_id,
    package_name,
    cost_kind,
    low_gbp,
    high_gbp,
    printed_low_gbp,
    printed_high_gbp,
    difference_low_gbp,
    difference_high_gbp,
    plus,
    left_out
from marts.rpt_solution_package_costs
where $cost_kind is null or cost_kind = $cost_kind
order by package_name, cost_kind
