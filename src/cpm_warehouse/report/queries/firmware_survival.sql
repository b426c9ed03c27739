-- Which share of the month's updates was activated by each day after sending?
select
    curve_name,
    region,
    day_number,
    waiting_count,
    activated_count,
    censored_count,
    activated_pct
from marts.rpt_firmware_survival
where is_drawn and device_type = 'all' and updated_month = $reporting_month
order by curve_name, region, day_number
