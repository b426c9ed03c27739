{#- All measures: docs/measures/results.md#formula; RES-03, RES-14 -#}
{# Results as exact fractions. Pooled: met out of total, over all events. Mean of providers: the
   mean of the providers' own fractions, to 12 decimal places; a provider without events has none
   and is left out. #}
with

outcomes as (
    select *
    from {{ ref('int_measure_outcomes_scoped') }}
),

pooled as (
    select
        scenario_id,
        measure_id,
        variant_id,
        reporting_month,
        scope_type,
        scope,
        'pooled' as aggregation,
        sum(met_count) as met_count,
        sum(total_count) as total_count,
        sum(excluded_count) as excluded_count,
        sum(met_count_before_exceptions) as met_count_before_exceptions,
        sum(total_count_before_exceptions) as total_count_before_exceptions,
        sum(unseen_count) as unseen_count,
        sum(met_count) as result_numerator,
        sum(total_count) as result_denominator
    from outcomes
    group by scenario_id, measure_id, variant_id, reporting_month, scope_type, scope
),

means as (
    select
        scenario_id,
        measure_id,
        variant_id,
        reporting_month,
        round(
            avg(cast(met_count as double) / total_count) * 1000000000000, 0
        ) as result_numerator,
        1000000000000 as result_denominator
    from pooled
    where
        scope_type = 'provider'
        and total_count > 0
    group by scenario_id, measure_id, variant_id, reporting_month
),

national_means as (
    select
        pooled.scenario_id,
        pooled.measure_id,
        pooled.variant_id,
        pooled.reporting_month,
        pooled.scope_type,
        pooled.scope,
        'mean_of_providers' as aggregation,
        pooled.met_count,
        pooled.total_count,
        pooled.excluded_count,
        pooled.met_count_before_exceptions,
        pooled.total_count_before_exceptions,
        pooled.unseen_count,
        means.result_numerator,
        means.result_denominator
    from pooled
    left join means
        on
            pooled.scenario_id = means.scenario_id
            and pooled.measure_id = means.measure_id
            and pooled.variant_id = means.variant_id
            and pooled.reporting_month = means.reporting_month
    where pooled.scope_type = 'national'
),

rolled as (
    select
        scenario_id,
        measure_id,
        variant_id,
        reporting_month,
        scope_type,
        scope,
        aggregation,
        met_count,
        total_count,
        excluded_count,
        met_count_before_exceptions,
        total_count_before_exceptions,
        unseen_count,
        result_numerator,
        result_denominator
    from pooled
    union all
    select
        scenario_id,
        measure_id,
        variant_id,
        reporting_month,
        scope_type,
        scope,
        aggregation,
        met_count,
        total_count,
        excluded_count,
        met_count_before_exceptions,
        total_count_before_exceptions,
        unseen_count,
        result_numerator,
        result_denominator
    from national_means
),

final as (
    select
        scenario_id,
        measure_id,
        variant_id,
        reporting_month,
        scope_type,
        scope,
        aggregation,
        cast(met_count as bigint) as met_count,
        cast(total_count as bigint) as total_count,
        cast(excluded_count as bigint) as excluded_count,
        cast(met_count_before_exceptions as bigint) as met_count_before_exceptions,
        cast(total_count_before_exceptions as bigint) as total_count_before_exceptions,
        cast(unseen_count as bigint) as unseen_count,
        cast(result_numerator as bigint) as result_numerator,
        cast(result_denominator as bigint) as result_denominator
    from rolled
)

select * from final
