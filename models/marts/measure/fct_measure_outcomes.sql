{#- All measures: docs/measures/results.md#where-it-stands; REP-01 -#}
{# The parts of the results: their sums are the pooled results, national, by region and by provider.
   What belongs to a month that is not reported is part of none. #}
with

outcomes as (
    select *
    from {{ ref('int_measure_outcomes_scoped') }}
),

scenarios as (
    select scenario_id
    from {{ ref('scenarios') }}
    where is_published
),

results as (
    select
        measure_id,
        variant_id,
        reporting_month,
        is_default
    from {{ ref('fct_measure_results') }}
    where
        scope_type = 'national'
        and aggregation = 'pooled'
),

summed as (
    select
        outcomes.measure_id,
        outcomes.variant_id,
        outcomes.reporting_month,
        outcomes.region,
        outcomes.provider,
        outcomes.basis,
        sum(outcomes.met_count) as met_count,
        sum(outcomes.total_count) as total_count,
        sum(outcomes.excluded_count) as excluded_count,
        sum(outcomes.met_count_before_exceptions) as met_count_before_exceptions,
        sum(outcomes.total_count_before_exceptions) as total_count_before_exceptions,
        sum(outcomes.unseen_count) as unseen_count
    from outcomes
    inner join scenarios
        on outcomes.scenario_id = scenarios.scenario_id
    where outcomes.scope_type = 'national'
    group by
        outcomes.measure_id,
        outcomes.variant_id,
        outcomes.reporting_month,
        outcomes.region,
        outcomes.provider,
        outcomes.basis
),

final as (
    select
        summed.measure_id,
        summed.variant_id,
        summed.region,
        summed.provider,
        summed.basis,
        cast(summed.met_count as bigint) as met_count,
        cast(summed.total_count as bigint) as total_count,
        cast(summed.excluded_count as bigint) as excluded_count,
        cast(summed.met_count_before_exceptions as bigint) as met_count_before_exceptions,
        cast(summed.total_count_before_exceptions as bigint) as total_count_before_exceptions,
        cast(summed.unseen_count as bigint) as unseen_count,
        results.is_default,
        summed.reporting_month
    from summed
    inner join results
        on
            summed.measure_id = results.measure_id
            and summed.variant_id = results.variant_id
            and summed.reporting_month = results.reporting_month
)

select * from final
