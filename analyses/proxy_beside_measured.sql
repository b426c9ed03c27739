-- How far is the proxy of CPM 3 from what was measured in the South? Change region and device type
-- (`all`: together). Beyond chance: both bounds lie on one side of 0.
--
-- On the synthetic sample: in September it was 1.83 points too low, more than chance (-3.88 to
-- -0.71); in October 0.18, within chance.
--
-- | reporting_month | proxy_pct | proxy_total_count | measured_pct | measured_total_count | difference | lower_bound | upper_bound | is_beyond_chance |
-- |---|---|---|---|---|---|---|---|---|
-- | 2021-07-01 | 98.12 | 373 | 99.59 | 1449 | -1.46 | -3.42 | -0.38 | true |
-- | 2021-08-01 | 98.96 | 384 | 99.33 | 1632 | -0.37 | -2.00 | 0.46 | false |
-- | 2021-09-01 | 97.85 | 372 | 99.68 | 1893 | -1.83 | -3.88 | -0.71 | true |
-- | 2021-10-01 | 98.98 | 392 | 99.16 | 1675 | -0.18 | -1.79 | 0.65 | false |
select
    reporting_month,
    round(proxy_pct, 2) as proxy_pct,
    proxy_total_count,
    round(measured_pct, 2) as measured_pct,
    measured_total_count,
    round(difference_points, 2) as difference,
    round(difference_lower_points, 2) as lower_bound,
    round(difference_upper_points, 2) as upper_bound,
    is_beyond_chance
from marts.rpt_alert_proxy_accuracy
where
    region = 'South'
    and device_type = 'all'
order by reporting_month
