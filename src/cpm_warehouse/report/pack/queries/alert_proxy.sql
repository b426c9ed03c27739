-- caption: The alert proxy against what was measured, by Region, all device types together
-- note: Above 0 the proxy flatters. Where only the proxy exists, the likely error is what is known
--   of other Regions: an inference, not a measurement. Requests and Alerts have different shares of
--   device types, which is part of the difference. Events are taken as independent in the interval,
--   so the true one is wider.
select
    region,
    sides,
    proxy_pct,
    measured_pct,
    difference_points,
    difference_lower_points,
    difference_upper_points,
    largest_gap_points,
    largest_gap_at_seconds,
    likely_error_least_points,
    likely_error_most_points,
    proxy_total_count,
    measured_total_count
from marts.rpt_alert_proxy_accuracy
where device_type = 'all' and reporting_month = $month
order by region
