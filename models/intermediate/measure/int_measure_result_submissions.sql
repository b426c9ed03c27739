{#- All measures: docs/measures/results.md#formula; PUB-03 -#}
with

outcomes as (
    select *
    from {{ ref('int_measure_outcomes_scoped') }}
),

key_sets as (
    select distinct
        scenario_id,
        measure_id,
        variant_id,
        reporting_month,
        scope_type,
        scope,
        submission_keys
    from outcomes
),

keys as (
    select
        scenario_id,
        measure_id,
        variant_id,
        reporting_month,
        scope_type,
        scope,
        {{ explode_keys('submission_keys') }} as submission_key
    from key_sets
),

distinct_keys as (
    select distinct *
    from keys
),

final as (
    select
        scenario_id,
        measure_id,
        variant_id,
        reporting_month,
        scope_type,
        scope,
        {{ sorted_texts('submission_key') }} as submission_keys
    from distinct_keys
    group by scenario_id, measure_id, variant_id, reporting_month, scope_type, scope
)

select * from final
