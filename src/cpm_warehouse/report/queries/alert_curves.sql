-- How long did Alerts take, measured and by proxy?
select
    region,
    latency_seconds,
    measured_cumulative_pct,
    proxy_cumulative_pct
from marts.rpt_alert_latency_curves
where device_type = 'all' and reporting_month = $reporting_month
order by region, latency_seconds
