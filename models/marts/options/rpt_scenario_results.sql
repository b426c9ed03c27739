{#- MP122B: docs/measures/solution_options.md#scenarios; OPT-01 -#}
{# What every measure would show under every scenario: the same roll-up as what is published, so a
   discussion needs no rebuild. #}
with

judged as (
    select *
    from {{ ref('int_measure_results_judged') }}
),

scenarios as (
    select
        scenario_id,
        is_published
    from {{ ref('scenarios') }}
),

final as (
    select
        judged.scenario_id,
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
        scenarios.is_published,
        judged.is_synthetic,
        judged.reporting_month
    from judged
    inner join scenarios
        on judged.scenario_id = scenarios.scenario_id
)

select * from final
