-- Which levels were in force in the month, and where were they read?
select
    measure_id,
    target_pct,
    minimum_pct,
    level_standing,
    provenance,
    source,
    valid_from,
    valid_to
from marts.dim_measure_levels
where
    valid_from <= $reporting_month
    and coalesce(valid_to, date '9999-12-31') > $reporting_month
order by measure_id
