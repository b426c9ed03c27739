-- How far apart are the readings of CPM 2 that can be defended, in September 2021, and would the
-- verdict be another one? Change the measure and the month.
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
