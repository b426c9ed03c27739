{# Publications are kept as they were, some with other words: for a provider that was not known, and
   for what the two papers say. #}
with

published as (
    select *
    from {{ source('lake', 'published_measure_results') }}
),

final as (
    select
        publication_id,
        measure_id,
        variant_id,
        scope_type,
        case when scope = 'unknown' then {{ unknown() }} else scope end as scope,
        aggregation,
        basis,
        status,
        limitation,
        case when provenance = 'seed' then 'paper' else provenance end as provenance,
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
    from published
)

select * from final
