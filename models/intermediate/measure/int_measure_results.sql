{#- All measures: docs/measures/results.md#formula; RES-15 -#}
with

judged as (
    select *
    from {{ ref('int_measure_results_judged') }}
),

scenarios as (
    select scenario_id
    from {{ ref('scenarios') }}
    where is_published
),

final as (
    select
        judged.measure_id,
        judged.variant_id,
        judged.scope_type,
        judged.scope,
        judged.aggregation,
        judged.basis,
        judged.status,
        judged.limitation,
        judged.provenance,
        judged.submission_keys,
        judged.met_count,
        judged.total_count,
        judged.excluded_count,
        judged.met_count_before_exceptions,
        judged.total_count_before_exceptions,
        judged.result_pct,
        judged.target_pct,
        judged.minimum_pct,
        judged.coverage_pct,
        judged.is_default,
        judged.is_synthetic,
        judged.reporting_month
    from judged
    inner join scenarios
        on judged.scenario_id = scenarios.scenario_id
)

select * from final
