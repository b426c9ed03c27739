-- Which Regions and providers moved most on the month before? At most so many a measure.
select
    measure_id,
    scope_type,
    scope,
    change_points,
    result_pct,
    previous_result_pct,
    met_count,
    total_count,
    previous_met_count,
    previous_total_count,
    status,
    previous_status
from marts.rpt_measure_changes
where
    is_default
    and scope_type in ('region', 'provider')
    and change_points != 0
    and reporting_month = $reporting_month
qualify
    row_number() over (
        partition by measure_id
        order by abs(change_points) desc, scope_type asc, scope asc
    ) <= $most
order by measure_id asc, abs(change_points) desc, scope_type asc, scope asc
