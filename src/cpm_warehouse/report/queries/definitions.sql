-- Which definitions were in force in the month?
select
    measures.measure_id,
    measures.measure_name,
    measures.definition,
    measures.unit,
    measures.sec_reference,
    levels.target_pct,
    levels.minimum_pct,
    levels.level_standing,
    measures.provenance,
    measures.source
from marts.dim_measures as measures
left join marts.dim_measure_levels as levels
    on
        measures.measure_id = levels.measure_id
        and levels.valid_from <= $reporting_month
        and coalesce(levels.valid_to, date '9999-12-31') > $reporting_month
where
    measures.valid_from <= $reporting_month
    and coalesce(measures.valid_to, date '9999-12-31') > $reporting_month
order by measures.measure_id
