-- How did every measure do in September 2021, and which verdicts hang on the reading? Change the
-- month. `other_verdicts` counts the published readings that would give another verdict.
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
