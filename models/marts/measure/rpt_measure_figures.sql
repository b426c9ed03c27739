{#- All measures: docs/measures/results.md#formula; REP-12 -#}
with

final as (
    select
        measure_id,
        variant_id,
        scope_type,
        scope,
        aggregation,
        measure_name,
        measure_definition,
        unit,
        page,
        variant_name,
        variant_definition,
        service_request_mode,
        basis,
        status,
        limitation,
        provenance,
        level_standing,
        submission_keys,
        previous_basis,
        no_change_reason,
        met_count,
        total_count,
        excluded_count,
        met_count_before_exceptions,
        total_count_before_exceptions,
        result_pct,
        target_pct,
        minimum_pct,
        coverage_pct,
        change_points,
        line_number,
        is_default,
        is_default_variant,
        is_synthetic,
        reporting_month
    from {{ ref('int_measure_figures') }}
)

select * from final
