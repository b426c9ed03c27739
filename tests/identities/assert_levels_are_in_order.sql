-- A level is a percentage, and a minimum is none without a target, which it does not exceed.
with

levels as (
    select
        measure_id,
        target_bp,
        minimum_bp
    from {{ ref('measure_levels') }}
    union all
    select
        opr_measure as measure_id,
        target_bp,
        minimum_bp
    from {{ ref('opr_measures') }}
)

select *
from levels
where
    not coalesce(target_bp between 1 and 10000, true)
    or not coalesce(minimum_bp between 1 and target_bp, true)
    or (target_bp is null) != (minimum_bp is null)
