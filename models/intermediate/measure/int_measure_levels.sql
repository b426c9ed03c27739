{#- all measures: docs/measures/results.md#levels; RES-18 -#}
with

levels as (
    select *
    from {{ ref('measure_levels') }}
),

provenances as (
    select
        provenance,
        level_standing
    from {{ ref('provenance_ranks') }}
),

final as (
    select
        levels.measure_id,
        levels.provenance,
        levels.source,
        provenances.level_standing,
        levels.target_bp,
        levels.minimum_bp,
        levels.valid_from,
        levels.valid_to
    from levels
    left join provenances
        on
            levels.provenance = provenances.provenance
            and levels.target_bp is not null
)

select * from final
