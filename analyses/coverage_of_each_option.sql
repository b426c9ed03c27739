-- How much of what a measure is about could each solution option see? The share of events, or of
-- Devices for firmware, in September 2021, all Regions together.
--
-- On the synthetic sample: CR1418 and CR1438 see all Alerts only together; the operations centre's
-- proxy sees 96.95% of them, and none of CPM 6B.
--
-- | option_id | option_name | measure_id | seen_count | population_count | coverage_pct |
-- |---|---|---|---|---|---|
-- | cr1418_and_cr1438 | CR1418 and CR1438 together | CPM_3 | 10036 | 10036 | 100.00 |
-- | toc_alerts | Operations centre's proxy for Alerts | CPM_3 | 9730 | 10036 | 96.95 |
-- | cr1418_and_cr1438_without_s1sps | CR1418 and CR1438 without the S1SPs | CPM_3 | 6160 | 10036 | 61.38 |
-- | cr1438 | CR1438 Throughput of Alerts | CPM_3 | 5832 | 10036 | 58.11 |
-- | cr1418 | CR1418 Throughput of Alerts | CPM_3 | 4201 | 10036 | 41.86 |
-- | toc_comms_hub_firmware | Operations centre's Communications Hub firmware reporting | CPM_6A | 272 | 272 | 100.00 |
-- | cr1423 | CR1423 Communications Hub firmware image data | CPM_6A | 165 | 272 | 60.66 |
-- | cr1440 | CR1440 SMETS1 firmware process | CPM_6B | 354 | 354 | 100.00 |
-- | toc_smets1_firmware | Operations centre's SMETS1 firmware reporting | CPM_6B | 0 | 354 | 0.00 |
-- | cr1440 | CR1440 SMETS1 firmware process | CPM_6C | 354 | 354 | 100.00 |
-- | toc_smets1_firmware | Operations centre's SMETS1 firmware reporting | CPM_6C | 107 | 354 | 30.23 |
select
    coverages.option_id,
    described.option_name,
    coverages.measure_id,
    coverages.seen_count,
    coverages.population_count,
    round(coverages.coverage_pct, 2) as coverage_pct
from marts.rpt_solution_option_coverage as coverages
inner join marts.dim_solution_options as described
    on coverages.option_id = described.option_id
where
    coverages.reporting_month = date '2021-09-01'
    and coverages.scope = 'national'
order by coverages.measure_id asc, coverages.coverage_pct desc, coverages.option_id asc
