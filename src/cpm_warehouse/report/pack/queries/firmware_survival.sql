-- caption: Share of the month's updates activated by each day after sending, open updates censored,
--   by Region
-- note: Kaplan-Meier: an update that still waits counts as waiting for as long as it was seen, and
--   is no failure. No curve is a measure: CPM 6B and 6C are of the same devices, and of what the
--   devices took and of requests.
select
    curve_name,
    region,
    day_number,
    waiting_count,
    activated_count,
    censored_count,
    activated_pct
from marts.rpt_firmware_survival
where is_drawn and device_type = 'all' and updated_month = $month
order by curve_name, region, day_number
