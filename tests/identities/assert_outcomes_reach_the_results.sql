{{ config(group='measure') }}
-- Every outcome of a month that is reported, of a measure in force, on the basis decided for its
-- region, must be in the national result: one whose measure, variant, region or month finds no
-- partner would drop out of the figure without a trace. Outcomes on another basis stand ready for
-- scenarios; those of a measure that does not hold in the month must be among the gaps.
with

measures as (
    select *
    from {{ ref('measures') }}
),

outcomes as (
    select
        outcomes.*,
        measures.measure_id is not null as is_in_force
    from {{ ref('int_measure_outcomes') }} as outcomes
    left join measures
        on
            outcomes.measure_id = measures.measure_id
            and {{ is_valid('measures', 'outcomes.reporting_month') }}
    where
        outcomes.reporting_month in (
            select months.reporting_month from {{ ref('int_reporting_months_with_data') }} as months
        )
),

gaps as (
    select *
    from {{ ref('rpt_measure_gaps') }}
    where reason = 'not_in_force'
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
    where
        outcomes.is_in_force
        and (
            bases.basis is null
            or (bases.basis = outcomes.basis and bases.basis != 'not_reportable')
        )
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

select
    'not in the result' as fault,
    counting.measure_id,
    counting.variant_id,
    counting.reporting_month
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
union all
select distinct
    'not among the gaps' as fault,
    outcomes.measure_id,
    outcomes.variant_id,
    outcomes.reporting_month
from outcomes
inner join {{ ref('measure_variants') }} as variants
    on
        outcomes.measure_id = variants.measure_id
        and outcomes.variant_id = variants.variant_id
        and variants.is_default
left join gaps
    on
        outcomes.measure_id = gaps.measure_id
        and outcomes.reporting_month = gaps.reporting_month
where
    not outcomes.is_in_force
    and outcomes.total_count + outcomes.excluded_count > 0
    and gaps.measure_id is null
