-- How far is the alert proxy from what was measured?
select
    region,
    sides,
    proxy_pct,
    measured_pct,
    difference_points,
    difference_lower_points,
    difference_upper_points,
    is_beyond_chance,
    largest_gap_points,
    chance_gap_points,
    largest_gap_at_seconds,
    likely_error_least_points,
    likely_error_most_points,
    proxy_total_count,
    measured_total_count
from marts.rpt_alert_proxy_accuracy
where device_type = 'all' and reporting_month = $reporting_month
order by region
