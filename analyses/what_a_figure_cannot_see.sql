-- How much of each figure of September 2021 has no Region, is left out, or was never seen?
-- `unknown_share`: of the events counted, those without a Region; the services of CPM 6, 7 and 8
-- are national, so all of theirs.
select
    measure_id,
    sum(total_count) as total_count,
    sum(total_count) filter (where region = 'Unknown') as unknown_count,
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
