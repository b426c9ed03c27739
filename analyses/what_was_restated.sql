-- What did earlier reports say, and why is it another figure now? Of the measures' own readings,
-- all Regions and providers together. `submissions`: what moved it is in that column of the mart.
--
-- On the synthetic sample: CPM 5 of September was 91.30% and is 95.92%; no verdict changed.
--
-- | measure_id | reporting_month | was_met | was_total | was_pct | now_pct | was_status | now_status | cause |
-- |---|---|---|---|---|---|---|---|---|
-- | CPM_3 | 2021-09-01 | 9274 | 9378 | 98.89 | 98.89 | minimum_met | minimum_met | submissions |
-- | CPM_5 | 2021-09-01 | 42 | 46 | 91.30 | 95.92 | target_met | target_met | submissions |
-- | CPM_5A | 2021-09-01 | 62 | 65 | 95.38 | 95.16 | target_met | target_met | submissions |
-- | CPM_6A | 2021-08-01 | 15 | 19 | 78.95 | 80.00 | no_level | no_level | submissions |
select
    measure_id,
    reporting_month,
    as_published_met_count as was_met,
    as_published_total_count as was_total,
    round(as_published_pct, 2) as was_pct,
    round(now_pct, 2) as now_pct,
    as_published_status as was_status,
    now_status,
    cause
from marts.rpt_restatements
where
    now_is_default
    and scope_type = 'national'
order by measure_id, reporting_month, last_publication_id
