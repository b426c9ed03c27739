-- A measure must have levels (a row of nulls where none is known) and a decision on its basis, for
-- all regions, from the first day on which it holds: a gap would drop its months from the grid of
-- what must be reported.
with

measures as (
    select *
    from {{ ref('measures') }}
),

levels as (
    select
        measure_id,
        min(valid_from) as first_from
    from {{ ref('measure_levels') }}
    group by measure_id
),

bases as (
    select
        measure_id,
        min(valid_from) as first_from
    from {{ ref('measure_bases') }}
    where region = 'all'
    group by measure_id
)

select
    measures.measure_id,
    measures.valid_from,
    levels.first_from as levels_from,
    bases.first_from as bases_from
from measures
left join levels
    on measures.measure_id = levels.measure_id
left join bases
    on measures.measure_id = bases.measure_id
where
    levels.first_from is null
    or levels.first_from > measures.valid_from
    or bases.first_from is null
    or bases.first_from > measures.valid_from
