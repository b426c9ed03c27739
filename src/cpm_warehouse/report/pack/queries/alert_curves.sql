-- caption: Time of Alerts as cumulative curves, measured and by proxy, by Region
select
    region,
    latency_seconds,
    measured_cumulative_pct,
    proxy_cumulative_pct
from marts.rpt_alert_latency_curves
where device_type = 'all' and reporting_month = $month
order by region, latency_seconds
