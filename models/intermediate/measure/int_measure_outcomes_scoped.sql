{#- All measures: docs/measures/results.md#basis; RES-06 -#}
{# The outcomes that count, by the basis decided for their region, under each scenario, once for
   each scope that they belong to. #}
with

outcomes as (
    select *
    from {{ ref('int_measure_outcomes') }}
),

bases as (
    select
        scenario_id,
        measure_id,
        reporting_month,
        region,
        basis
    from {{ ref('int_measure_bases_decided') }}
),

counting as (
    select
        bases.scenario_id,
        outcomes.*
    from outcomes
    inner join bases
        on
            outcomes.measure_id = bases.measure_id
            and outcomes.reporting_month = bases.reporting_month
            and outcomes.region = bases.region
            and outcomes.basis = bases.basis
),

final as (
    select
        *,
        'national' as scope_type,
        'national' as scope
    from counting
    union all
    select
        *,
        'region' as scope_type,
        region as scope
    from counting
    union all
    select
        *,
        'provider' as scope_type,
        provider as scope
    from counting
)

select * from final
