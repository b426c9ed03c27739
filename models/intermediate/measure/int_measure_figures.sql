{#- all measures: docs/measures/results.md#formula; RES-08, REP-12 -#}
{# What a reader sees of a result at once: figure, names, and the change on the month before. A line
   of a trend ends where there is no change to draw: at a month without a figure, and where the
   basis changed. #}
with

results as (
    select *
    from {{ ref('int_measure_results') }}
),

changes as (
    select
        measure_id,
        variant_id,
        scope_type,
        scope,
        aggregation,
        reporting_month,
        previous_basis,
        change_points,
        no_change_reason
    from {{ ref('int_measure_changes') }}
),

measures as (
    select
        measure_id,
        measure_name,
        definition,
        unit,
        page
    from {{ ref('measures') }}
),

levels as (
    select
        measure_id,
        level_standing,
        valid_from,
        valid_to
    from {{ ref('int_measure_levels') }}
),

variants as (
    select
        measure_id,
        variant_id,
        variant_name,
        definition,
        is_default
    from {{ ref('measure_variants') }}
),

request_modes as (
    select
        measure_id,
        variant_id,
        mode
    from {{ ref('measure_service_request_variants') }}
),

final as (
    select
        results.measure_id,
        results.variant_id,
        results.scope_type,
        results.scope,
        results.aggregation,
        measures.measure_name,
        measures.definition as measure_definition,
        measures.unit,
        measures.page,
        variants.variant_name,
        variants.definition as variant_definition,
        request_modes.mode as service_request_mode,
        results.basis,
        results.status,
        results.limitation,
        results.provenance,
        levels.level_standing,
        results.submission_keys,
        changes.previous_basis,
        changes.no_change_reason,
        results.met_count,
        results.total_count,
        results.excluded_count,
        results.met_count_before_exceptions,
        results.total_count_before_exceptions,
        results.result_pct,
        results.target_pct,
        results.minimum_pct,
        results.coverage_pct,
        changes.change_points,
        cast(
            count(changes.no_change_reason) over (
                partition by
                    results.measure_id,
                    results.variant_id,
                    results.scope_type,
                    results.scope,
                    results.aggregation
                order by results.reporting_month
            ) as integer
        ) as line_number,
        results.is_default,
        variants.is_default as is_default_variant,
        results.is_synthetic,
        results.reporting_month
    from results
    inner join changes
        on
            results.measure_id = changes.measure_id
            and results.variant_id = changes.variant_id
            and results.scope_type = changes.scope_type
            and results.scope = changes.scope
            and results.aggregation = changes.aggregation
            and results.reporting_month = changes.reporting_month
    inner join measures
        on results.measure_id = measures.measure_id
    left join levels
        on
            results.measure_id = levels.measure_id
            and {{ is_valid('levels', 'results.reporting_month') }}
    inner join variants
        on
            results.measure_id = variants.measure_id
            and results.variant_id = variants.variant_id
    left join request_modes
        on
            results.measure_id = request_modes.measure_id
            and results.variant_id = request_modes.variant_id
)

select * from final
