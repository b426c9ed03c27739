with

levels as (
    select *
    from {{ ref('measure_levels') }}
),

provenances as (
    select *
    from {{ ref('provenance_ranks') }}
),

final as (
    select
        levels.measure_id,
        levels.provenance,
        levels.source,
        provenances.level_standing,
        cast(levels.target_bp / 100.0 as decimal(5, 2)) as target_pct,
        cast(levels.minimum_bp / 100.0 as decimal(5, 2)) as minimum_pct,
        levels.valid_from,
        levels.valid_to
    from levels
    left join provenances
        on
            levels.provenance = provenances.provenance
            and levels.target_bp is not null
)

select * from final
