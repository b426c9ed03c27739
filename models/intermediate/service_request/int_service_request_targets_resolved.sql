{# The Target Response Time that applies to each Service Reference Variant, mode and device
   generation: the row that names more goes before the one that names less. #}
with

variants as (
    select service_reference_variant
    from {{ ref('service_reference_variants') }}
),

modes as (
    select
        mode,
        clock_starts_at
    from {{ ref('service_request_modes') }}
),

generations as (
    select distinct generation
    from {{ ref('region_generations') }}
),

targets as (
    select *
    from {{ ref('service_request_target_times') }}
),

final as (
    select
        variants.service_reference_variant,
        modes.mode,
        modes.clock_starts_at,
        generations.generation,
        targets.valid_from,
        targets.valid_to,
        targets.target_seconds * 1000 as target_milliseconds,
        targets.round_trip_target_seconds * 1000 as round_trip_target_milliseconds
    from variants
    cross join modes
    cross join generations
    inner join targets
        on
            targets.service_reference_variant in ('any', variants.service_reference_variant)
            and modes.mode = targets.mode
            and targets.generation in ('any', generations.generation)
    qualify
        row_number() over (
            partition by
                variants.service_reference_variant,
                modes.mode,
                generations.generation,
                targets.valid_from
            order by targets.priority desc
        ) = 1
)

select * from final
