{#- MP122B: docs/measures/solution_options.md#options; OPT-03 -#}
with

coverages as (
    select *
    from {{ ref('int_option_coverages_unioned') }}
),

scoped as (
    select
        *,
        'region' as scope_type,
        region as scope
    from coverages
    union all
    select
        *,
        'national' as scope_type,
        'national' as scope
    from coverages
),

final as (
    select
        option_id,
        measure_id,
        scope_type,
        scope,
        cast(sum(seen_count) as bigint) as seen_count,
        cast(sum(population_count) as bigint) as population_count,
        cast(
            100.0 * sum(seen_count) / nullif(sum(population_count), 0) as decimal(9, 6)
        ) as coverage_pct,
        reporting_month
    from scoped
    group by option_id, measure_id, scope_type, scope, reporting_month
)

select * from final
