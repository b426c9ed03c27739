-- What would a measure have said if another solution option had been built? September 2021: each
-- scenario that would have given another figure than was published, below the published one.
--
-- On the synthetic sample: CR1418 alone would have shown CPM 3 at 99.74%, target met; measured
-- whole it is 98.89%.
--
-- | measure_id | scenario_id | basis | met_count | total_count | result_pct | coverage_pct | status |
-- |---|---|---|---|---|---|---|---|
-- | CPM_3 | decided | measured | 9275 | 9379 | 98.89 | 100.00 | minimum_met |
-- | CPM_3 | cr1418 | mixed | 3899 | 3909 | 99.74 | 41.86 | target_met |
-- | CPM_3 | cr1418_and_cr1438_without_s1sps | mixed | 5713 | 5747 | 99.41 | 61.41 | target_met |
-- | CPM_3 | proxy | proxy | 8900 | 9140 | 97.37 | 96.95 | minimum_met |
-- | CPM_6A | decided | measured | 20 | 25 | 80.00 | 100.00 | no_level |
-- | CPM_6A | cr1423 | mixed | 16 | 18 | 88.89 | 100.00 | no_level |
-- | CPM_6A | firmware_proxy | proxy | 20 | 25 | 80.00 | 100.00 | no_level |
-- | CPM_6C | decided | measured | 30 | 32 | 93.75 | 100.00 | no_level |
-- | CPM_6C | firmware_proxy | proxy | 5 | 7 | 71.43 | 21.88 | no_level |
with

results as (
    select *
    from marts.rpt_scenario_results
    where
        reporting_month = date '2021-09-01'
        and scope_type = 'national'
        and is_default
        and basis != 'not_reportable'
),

published as (
    select *
    from results
    where is_published
),

differing as (
    select results.*
    from results
    inner join published
        on results.measure_id = published.measure_id
    where
        (results.met_count, results.total_count, results.basis)
        != (published.met_count, published.total_count, published.basis)
),

shown as (
    select *
    from differing
    union all
    select *
    from published
    where measure_id in (select differing.measure_id from differing)
)

select
    measure_id,
    scenario_id,
    basis,
    met_count,
    total_count,
    round(result_pct, 2) as result_pct,
    round(coverage_pct, 2) as coverage_pct,
    status
from shown
order by measure_id asc, is_published desc, scenario_id asc
