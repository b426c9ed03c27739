{#- MP122B: docs/measures/solution_options.md#options; OPT-03 -#}
{# Coverage by devices, as the inventory lists them at the month's end: those of the default
   reading's population are to be seen, and an option sees those of the population of its basis. #}
with

scopes as (
    select *
    from {{ ref('solution_option_scopes') }}
),

populations as (
    select populations.*
    from {{ ref('measure_firmware_populations') }} as populations
    inner join {{ ref('measure_variants') }} as variants
        on
            populations.measure_id = variants.measure_id
            and populations.variant_id = variants.variant_id
            and variants.is_default
),

staged as (
    select *
    from {{ ref('stg_dsp__device_inventory') }}
),

regions as (
    select region
    from {{ ref('regions') }}
),

devices_counted as (
    select
        cast(concat(staged.period, '-01') as date) as reporting_month,
        coalesce(regions.region, {{ unknown() }}) as region,
        staged.generation,
        staged.device_type,
        count(distinct staged.device_id) as device_count
    from staged
    {{ current_submissions_only('device_inventory', 'staged', 'submissions') }}
    left join regions
        on staged.region = regions.region
    group by
        cast(concat(staged.period, '-01') as date),
        coalesce(regions.region, {{ unknown() }}),
        staged.generation,
        staged.device_type
),

concerned as (
    select
        populations.measure_id,
        populations.basis,
        devices_counted.reporting_month,
        devices_counted.region,
        sum(devices_counted.device_count) as device_count
    from devices_counted
    inner join populations
        on
            devices_counted.generation = populations.generation
            and devices_counted.device_type = populations.device_type
    group by
        populations.measure_id,
        populations.basis,
        devices_counted.reporting_month,
        devices_counted.region
),

options as (
    select distinct
        option_id,
        measure_id
    from scopes
),

final as (
    select
        options.option_id,
        options.measure_id,
        everyone.reporting_month,
        everyone.region,
        cast(coalesce(seen.device_count, 0) as bigint) as seen_count,
        cast(everyone.device_count as bigint) as population_count
    from options
    inner join concerned as everyone
        on
            options.measure_id = everyone.measure_id
            and everyone.basis = 'measured'
    left join scopes
        on
            options.option_id = scopes.option_id
            and options.measure_id = scopes.measure_id
            and scopes.region in ('all', everyone.region)
    left join concerned as seen
        on
            everyone.measure_id = seen.measure_id
            and everyone.reporting_month = seen.reporting_month
            and everyone.region = seen.region
            and scopes.basis = seen.basis
)

select * from final
