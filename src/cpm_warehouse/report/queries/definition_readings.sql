-- Which readings of each measure were in force in the month, and how do they stand?
select
    measure_id,
    variant_name,
    is_default,
    definition,
    provenance,
    source
from marts.dim_measure_variants
where
    valid_from <= $reporting_month
    and coalesce(valid_to, date '9999-12-31') > $reporting_month
order by measure_id asc, is_default desc, variant_id asc
