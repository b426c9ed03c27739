-- How did every measure do in September 2021, and which verdicts hang on the reading? Change the
-- month. `other_verdicts` counts the published readings that would give another verdict.
--
-- On the synthetic sample: CPM 2 is below minimum, at 94.24% in its own reading and 100.00% in
-- another.
--
-- | measure_id | met_count | total_count | result_pct | status | lowest_pct | highest_pct | other_verdicts |
-- |---|---|---|---|---|---|---|---|
-- | CPM_1 | 2169 | 2225 | 97.48 | minimum_met | 96.95 | 98.93 | 0 |
-- | CPM_2 | 180 | 191 | 94.24 | below_minimum | 94.24 | 100.00 | 1 |
-- | CPM_3 | 9275 | 9379 | 98.89 | minimum_met | 98.17 | 99.76 | 1 |
-- | CPM_4 | 4 | 4 | 100.00 | target_met | 100.00 | 100.00 | 1 |
-- | CPM_5 | 47 | 49 | 95.92 | target_met | 88.27 | 98.57 | 1 |
-- | CPM_5A | 59 | 62 | 95.16 | target_met | 82.88 | 100.00 | 1 |
-- | CPM_6 | 43200 | 43200 | 100.00 | target_met | 100.00 | 100.00 | 0 |
-- | CPM_6A | 20 | 25 | 80.00 | no_level | 54.67 | 80.00 | 0 |
-- | CPM_6B | 35 | 42 | 83.33 | no_level | 43.33 | 88.33 | 0 |
-- | CPM_6C | 30 | 32 | 93.75 | no_level | 63.97 | 93.75 | 0 |
-- | CPM_7 | 248 | 249 | 99.60 | target_met | 99.60 | 99.60 | 0 |
-- | CPM_8 | 51 | 51 | 100.00 | target_met | 100.00 | 100.00 | 0 |
with

figures as (
    select *
    from marts.rpt_measure_figures
    where
        reporting_month = date '2021-09-01'
        and scope_type = 'national'
        and basis != 'not_reportable'
),

readings as (
    select
        measure_id,
        count(*) as reading_count,
        min(result_pct) as lowest_pct,
        max(result_pct) as highest_pct,
        count(distinct status) - 1 as other_verdicts
    from figures
    group by measure_id
)

select
    figures.measure_id,
    figures.met_count,
    figures.total_count,
    round(figures.result_pct, 2) as result_pct,
    figures.status,
    round(readings.lowest_pct, 2) as lowest_pct,
    round(readings.highest_pct, 2) as highest_pct,
    readings.other_verdicts
from figures
inner join readings
    on figures.measure_id = readings.measure_id
where figures.is_default
order by figures.measure_id
