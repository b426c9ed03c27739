-- Which provider made CPM 5 fall in October 2021? Change the measure and the month.
-- `cost_points`: by how much the events that a provider missed lower the national figure.
--
-- On the synthetic sample: CSP North, with 4 of the 6 Incidents missed: 11.43 of the 17.14 points
-- that are missing.
--
-- | scope | missed_count | total_count | result_pct | result_pct_before | cost_points |
-- |---|---|---|---|---|---|
-- | national | 6 | 35 | 82.86 | 95.92 | 17.14 |
-- | csp_north | 4 | 8 | 50.00 | 100.00 | 11.43 |
-- | s1sp_foc | 2 | 3 | 33.33 | 100.00 | 5.71 |
-- | csp_central_south | 0 | 12 | 100.00 | 85.71 | 0.0 |
-- | dsp | 0 | 5 | 100.00 | 100.00 | 0.0 |
-- | s1sp_ioc | 0 | 3 | 100.00 | 100.00 | 0.0 |
-- | s1sp_moc | 0 | 2 | 100.00 | 100.00 | 0.0 |
-- | dcc | 0 | 1 | 100.00 | 50.00 | 0.0 |
-- | smki | 0 | 1 | 100.00 |  | 0.0 |
with

figures as (
    select
        measure_id,
        variant_id,
        reporting_month,
        scope,
        met_count,
        total_count,
        result_pct,
        lag(result_pct) over (
            partition by measure_id, variant_id, scope
            order by reporting_month
        ) as result_pct_before
    from marts.rpt_measure_figures
    where
        measure_id = 'CPM_5'
        and scope_type in ('national', 'provider')
        and is_default
        and reporting_month between date '2021-09-01' and date '2021-10-01'
),

national as (
    select total_count as national_count
    from figures
    where
        scope = 'national'
        and reporting_month = date '2021-10-01'
)

select
    figures.scope,
    figures.total_count - figures.met_count as missed_count,
    figures.total_count,
    round(figures.result_pct, 2) as result_pct,
    round(figures.result_pct_before, 2) as result_pct_before,
    round(
        100.0 * (figures.total_count - figures.met_count) / national.national_count, 2
    ) as cost_points
from figures
cross join national
where
    figures.reporting_month = date '2021-10-01'
    and figures.total_count > 0
order by
    missed_count desc,
    figures.total_count desc,
    figures.scope asc
