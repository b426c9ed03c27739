-- How much of each figure of September 2021 has no Region, is left out, or was never seen?
-- `unknown_share`: of the events counted, those without a Region; the services of CPM 6, 7 and 8
-- are national, so all of theirs.
--
-- On the synthetic sample: 18.9% of the requests of CPM 1 have no Region: they are not of a device
-- that the inventory has.
--
-- | measure_id | total_count | unknown_count | unknown_share | excluded_count | unseen_count |
-- |---|---|---|---|---|---|
-- | CPM_1 | 2225 | 420 | 18.9 | 1 | 0 |
-- | CPM_2 | 191 | 0 | 0.0 | 21 | 0 |
-- | CPM_3 | 9379 | 3 | 0.0 | 657 | 0 |
-- | CPM_4 | 4 | 1 | 25.0 | 0 | 0 |
-- | CPM_5 | 49 | 1 | 2.0 | 3 | 2 |
-- | CPM_5A | 62 | 4 | 6.5 | 2 | 4 |
-- | CPM_6 | 43200 | 43200 | 100.0 | 0 | 0 |
-- | CPM_6A | 25 | 1 | 4.0 | 3 | 0 |
-- | CPM_6B | 42 | 2 | 4.8 | 3 | 0 |
-- | CPM_6C | 32 | 1 | 3.1 | 0 | 0 |
-- | CPM_7 | 249 | 249 | 100.0 | 0 | 0 |
-- | CPM_8 | 51 | 51 | 100.0 | 0 | 0 |
select
    measure_id,
    sum(total_count) as total_count,
    coalesce(sum(total_count) filter (where region = 'Unknown'), 0) as unknown_count,
    round(
        100.0 * coalesce(sum(total_count) filter (where region = 'Unknown'), 0)
        / nullif(sum(total_count), 0),
        1
    ) as unknown_share,
    sum(excluded_count) as excluded_count,
    sum(unseen_count) as unseen_count
from marts.fct_measure_outcomes
where
    is_default
    and reporting_month = date '2021-09-01'
group by measure_id
order by measure_id
