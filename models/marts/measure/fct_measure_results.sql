{#- All measures: docs/measures/results.md#formula; RES-01, RES-04, RES-15 -#}
with

final as (
    select
        measure_id,
        variant_id,
        scope_type,
        scope,
        aggregation,
        basis,
        status,
        limitation,
        provenance,
        submission_keys,
        met_count,
        total_count,
        excluded_count,
        met_count_before_exceptions,
        total_count_before_exceptions,
        result_pct,
        target_pct,
        minimum_pct,
        coverage_pct,
        is_default,
        is_synthetic,
        reporting_month
    from {{ ref('int_measure_results') }}
)

select * from final
