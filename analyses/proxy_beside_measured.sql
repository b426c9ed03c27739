-- How far is the proxy of CPM 3 from what was measured in the South? Change region and device type
-- (`all`: together). Both bounds on one side of 0: more than chance.
select
    reporting_month,
    round(proxy_pct, 2) as proxy_pct,
    proxy_total_count,
    round(measured_pct, 2) as measured_pct,
    measured_total_count,
    round(difference_points, 2) as difference,
    round(difference_lower_points, 2) as lower_bound,
    round(difference_upper_points, 2) as upper_bound
from marts.rpt_alert_proxy_accuracy
where
    region = 'South'
    and device_type = 'all'
order by reporting_month
