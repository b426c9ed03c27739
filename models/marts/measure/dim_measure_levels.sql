{#- All measures: docs/measures/results.md#levels; RES-01, RES-09 -#}
with

levels as (
    select *
    from {{ ref('int_measure_levels') }}
),

final as (
    select
        measure_id,
        provenance,
        source,
        level_standing,
        cast(target_bp / 100.0 as decimal(5, 2)) as target_pct,
        cast(minimum_bp / 100.0 as decimal(5, 2)) as minimum_pct,
        valid_from,
        valid_to
    from levels
)

select * from final
