{# The parts of the results: their sums are the pooled results, national, by region and by provider.
   What belongs to a month that is not reported is part of none. #}
with

outcomes as (
    select *
    from {{ ref('int_measure_outcomes_scoped') }}
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
        measure_id,
        variant_id,
        reporting_month,
        region,
        provider,
        basis,
        sum(met_count) as met_count,
        sum(total_count) as total_count,
        sum(excluded_count) as excluded_count,
        sum(met_count_before_exceptions) as met_count_before_exceptions,
        sum(total_count_before_exceptions) as total_count_before_exceptions,
        sum(unseen_count) as unseen_count
    from outcomes
    where scope_type = 'national'
    group by measure_id, variant_id, reporting_month, region, provider, basis
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
