-- What does each solution option cost, and do the totals that the paper prints add up? In pounds.
-- The rows of `total` are sums of the others: never add them to the options.
--
-- By the papers and the calendar: all options together 6020000 to 6870000 pounds to implement, as
-- printed. Impact assessments add up to 707840, where the paper prints 839796.
--
-- | cost_kind | option_id | low_gbp | high_gbp | printed_low | printed_high | difference |
-- |---|---|---|---|---|---|---|
-- | impact_assessment | cr1418 | 8702 | 8702 |  |  |  |
-- | impact_assessment | cr1423 | 199059 | 199059 |  |  |  |
-- | impact_assessment | cr1430 | 227500 | 227500 |  |  |  |
-- | impact_assessment | cr1438 | 202579 | 202579 |  |  |  |
-- | impact_assessment | cr1440 | 70000 | 70000 |  |  |  |
-- | impact_assessment | total | 707840 | 707840 | 839796 | 839796 | 131956 |
-- | implementation | cr1418 | 300000 | 450000 |  |  |  |
-- | implementation | cr1423 | 1450000 | 1750000 |  |  |  |
-- | implementation | cr1430 | 1160000 | 1160000 |  |  |  |
-- | implementation | cr1438 | 1660000 | 1660000 |  |  |  |
-- | implementation | cr1440 | 1450000 | 1850000 |  |  |  |
-- | implementation | total | 6020000 | 6870000 | 6020000 | 6870000 | 0 |
-- | operations_centre | toc_alerts | 100000 | 100000 |  |  |  |
-- | operations_centre | toc_comms_hub_firmware | 180000 | 180000 |  |  |  |
-- | operations_centre | toc_incidents | 100000 | 100000 |  |  |  |
-- | operations_centre | toc_smets1_firmware | 100000 | 100000 |  |  |  |
-- | operations_centre | total | 480000 | 480000 | 480000 | 480000 | 0 |
-- | s1sp_share | cr1430 | 328000 | 328000 |  |  |  |
-- | s1sp_share | cr1438 | 600000 | 1000000 |  |  |  |
-- | s1sp_share | cr1440 | 1300000 | 1500000 |  |  |  |
-- | s1sp_share | total | 2228000 | 2828000 | 2228000 | 2828000 | 0 |
select
    cost_kind,
    option_id,
    low_gbp,
    high_gbp,
    printed_low_gbp as printed_low,
    printed_high_gbp as printed_high,
    difference_low_gbp as difference
from marts.rpt_solution_option_costs
order by cost_kind, is_total, option_id
