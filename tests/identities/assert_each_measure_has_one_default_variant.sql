-- Two defaults would put two figures under one measure; none would leave it without.
select
    measures.measure_id,
    count(variants.variant_id) as default_count
from {{ ref('measures') }} as measures
left join {{ ref('measure_variants') }} as variants
    on
        measures.measure_id = variants.measure_id
        and variants.is_default
group by measures.measure_id
having count(variants.variant_id) != 1
