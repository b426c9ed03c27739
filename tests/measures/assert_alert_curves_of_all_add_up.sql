-- The curve of all device types has, in each slice of time, what the curves of each have together.
with

together as (
    select
        reporting_month,
        region,
        latency_bucket,
        sum(measured_count) filter (where device_type = 'all') as measured_of_all,
        sum(measured_count) filter (where device_type != 'all') as measured_of_each,
        sum(proxy_count) filter (where device_type = 'all') as proxy_of_all,
        sum(proxy_count) filter (where device_type != 'all') as proxy_of_each
    from {{ ref('rpt_alert_latency_curves') }}
    group by reporting_month, region, latency_bucket
)

select *
from together
where
    measured_of_all is distinct from measured_of_each
    or proxy_of_all is distinct from proxy_of_each
