-- How far apart are the readings of CPM 2 that can be defended, in September 2021, and would the
-- verdict be another one? Change the measure and the month.
--
-- On the synthetic sample: 94.24% below minimum, and 100.00% target met where only successful
-- responses count.
--
-- | variant_name | aggregation | is_default | met_count | total_count | result_pct | status |
-- |---|---|---|---|---|---|---|
-- | All Service Responses | pooled | true | 180 | 191 | 94.24 | below_minimum |
-- | All Service Responses | mean_of_providers | false | 180 | 191 | 94.24 | below_minimum |
-- | Device requests only | mean_of_providers | false | 180 | 191 | 94.24 | below_minimum |
-- | Device requests only | pooled | false | 180 | 191 | 94.24 | below_minimum |
-- | Successful responses only | mean_of_providers | false | 180 | 180 | 100.00 | target_met |
-- | Successful responses only | pooled | false | 180 | 180 | 100.00 | target_met |
select
    variant_name,
    aggregation,
    is_default,
    met_count,
    total_count,
    round(result_pct, 2) as result_pct,
    status
from marts.rpt_measure_figures
where
    measure_id = 'CPM_2'
    and reporting_month = date '2021-09-01'
    and scope_type = 'national'
order by is_default desc, result_pct asc, variant_name asc, aggregation asc
