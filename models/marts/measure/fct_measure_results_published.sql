{#- All measures: docs/measures/results.md#restatements; PUB-03, PUB-11 -#}
with

final as (
    select
        publication_id,
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
        reporting_month,
        code_version,
        published_at,
        known_at,
        landed_at,
        as_of_at
    from {{ ref('int_published_results') }}
)

select * from final
