-- caption: Share of the month's updates activated by each day after sending, open updates censored, by Region
-- note: Kaplan-Meier: an update that still waits counts as waiting for as long as it was seen, and is no failure.
select
    measure_id,
    region,
    day_number,
    waiting_count,
    activated_count,
    censored_count,
    activated_pct
from marts.rpt_firmware_survival
where device_type = 'all' and updated_month = $month
order by measure_id, region, day_number
