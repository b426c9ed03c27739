-- Which readings of the measure are there? The one that stands for it first.
select
    variant_id,
    variant_name,
    is_default
from marts.dim_measure_variants
where measure_id = $measure_id
order by is_default desc, variant_id asc
