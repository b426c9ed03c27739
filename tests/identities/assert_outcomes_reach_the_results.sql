-- Every outcome of a month that is reported must be in the national result: one whose measure,
-- variant, region or basis finds no partner would drop out of the figure without a trace.
with

outcomes as (
    select
        measure_id,
        variant_id,
        reporting_month,
        sum(met_count) as met_count,
        sum(total_count) as total_count,
        sum(excluded_count) as excluded_count
    from {{ ref('int_measure_outcomes_unioned') }}
    where
        -- What another basis counts waits for a decision that it feeds the measure.
        basis = 'measured'
        and reporting_month in (
            select months.reporting_month from {{ ref('int_measure_months_listed') }} as months
        )
    group by measure_id, variant_id, reporting_month
),

results as (
    select *
    from {{ ref('fct_measure_results') }}
    where
        scope_type = 'national'
        and aggregation = 'pooled'
        and basis = 'measured'
)

select outcomes.*
from outcomes
left join results
    on
        outcomes.measure_id = results.measure_id
        and outcomes.variant_id = results.variant_id
        and outcomes.reporting_month = results.reporting_month
where
    results.measure_id is null
    or outcomes.met_count != results.met_count
    or outcomes.total_count != results.total_count
    or outcomes.excluded_count != results.excluded_count
