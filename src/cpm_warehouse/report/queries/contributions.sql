-- What did each Region and provider take from the results, and what did it move?
select
    measure_id,
    scope_type,
    scope_name,
    status,
    result_pct,
    result_lower_pct,
    result_upper_pct,
    met_count,
    missed_count,
    total_count,
    lost_points,
    previous_lost_points,
    contribution_points,
    is_small_number
from marts.rpt_measure_contributions
where reporting_month = $reporting_month
order by measure_id asc, scope_type desc, missed_count desc, total_count desc, scope_name asc
