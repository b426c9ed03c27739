-- caption: Readings of each measure, and their standing
select
    measure_id,
    variant_name,
    is_default,
    definition,
    provenance,
    source
from marts.dim_measure_variants
where
    valid_from <= $month
    and coalesce(valid_to, date '9999-12-31') > $month
order by measure_id asc, is_default desc, variant_id asc
