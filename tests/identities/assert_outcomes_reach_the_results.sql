-- Every outcome of a month that is reported, on the basis decided for its region, must be in the
-- national result: one whose measure, variant, region or month finds no partner would drop out of
-- the figure without a trace. Outcomes on another basis stand ready for scenarios.
with

outcomes as (
    select *
    from {{ ref('int_measure_outcomes_unioned') }}
    where
        reporting_month in (
            select months.reporting_month from {{ ref('int_measure_months_listed') }} as months
        )
),

bases as (
    select bases.*
    from {{ ref('int_measure_bases_decided') }} as bases
    inner join {{ ref('scenarios') }} as scenarios
        on bases.scenario_id = scenarios.scenario_id
    where scenarios.is_published
),

counting as (
    select
        outcomes.measure_id,
        outcomes.variant_id,
        outcomes.reporting_month,
        sum(outcomes.met_count) as met_count,
        sum(outcomes.total_count) as total_count,
        sum(outcomes.excluded_count) as excluded_count
    from outcomes
    left join bases
        on
            outcomes.measure_id = bases.measure_id
            and outcomes.reporting_month = bases.reporting_month
            and outcomes.region = bases.region
    where bases.basis is null or (bases.basis = outcomes.basis and bases.basis != 'not_reportable')
    group by outcomes.measure_id, outcomes.variant_id, outcomes.reporting_month
),

results as (
    select *
    from {{ ref('fct_measure_results') }}
    where
        scope_type = 'national'
        and aggregation = 'pooled'
        and basis != 'not_reportable'
)

select counting.*
from counting
left join results
    on
        counting.measure_id = results.measure_id
        and counting.variant_id = results.variant_id
        and counting.reporting_month = results.reporting_month
where
    results.measure_id is null
    or counting.met_count != results.met_count
    or counting.total_count != results.total_count
    or counting.excluded_count != results.excluded_count
