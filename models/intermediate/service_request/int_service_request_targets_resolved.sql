{#- CPM 1, 2: docs/measures/cpm_1_2.md#levels; SRQ-05 -#}
{# The Target Response Time that applies to each Service Reference Variant, mode and device
   generation in each period in which no row begins or ends: the row that names more goes first. #}
with

variants as (
    select service_reference_variant
    from {{ ref('service_reference_variants') }}
),

modes as (
    select mode
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

boundaries as (
    select valid_from as boundary_date
    from targets
    union
    select valid_to as boundary_date
    from targets
    where valid_to is not null
),

periods as (
    select
        boundary_date as valid_from,
        lead(boundary_date) over (order by boundary_date) as valid_to
    from boundaries
),

final as (
    select
        variants.service_reference_variant,
        modes.mode,
        generations.generation,
        periods.valid_from,
        periods.valid_to,
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
    inner join periods
        on {{ is_valid('targets', 'periods.valid_from') }}
    qualify
        row_number() over (
            partition by
                variants.service_reference_variant,
                modes.mode,
                generations.generation,
                periods.valid_from
            order by
                targets.priority desc,
                case when targets.service_reference_variant = 'any' then 1 else 0 end asc,
                case when targets.generation = 'any' then 1 else 0 end asc,
                targets.valid_from desc
        ) = 1
)

select * from final
