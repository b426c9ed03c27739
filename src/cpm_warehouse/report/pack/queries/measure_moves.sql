-- caption: What moved: the Regions and providers whose result changed most on the month before
-- note: At most five for each measure, in the default reading; only results on the same basis are
--   compared.
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
    and reporting_month = $month
qualify
    row_number() over (
        partition by measure_id
        order by abs(change_points) desc, scope_type asc, scope asc
    ) <= 5
order by measure_id asc, abs(change_points) desc, scope_type asc, scope asc
