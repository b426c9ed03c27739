-- What does the consultation's table of costs have in each cell?
select
    table_row,
    cost_kind,
    cell_state,
    printed,
    low_gbp,
    high_gbp,
    impact_assessment_days_max,
    lead_time_months,
    note
from marts.rpt_solution_cost_cells
order by table_row, cost_kind
