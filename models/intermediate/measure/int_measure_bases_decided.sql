{#- All measures: docs/measures/results.md#basis; ALT-11, OPT-01, RES-09 -#}
{# Which basis feeds a measure in a region and month, under each scenario. A scenario says what it
   changes, and leaves the rest as decided; a row for the region goes before one for all. #}
with

scenarios as (
    select scenario_id
    from {{ ref('scenarios') }}
),

decisions as (
    select
        measure_id,
        region,
        basis,
        limitation,
        valid_from,
        valid_to,
        provenance
    from {{ ref('measure_bases') }}
),

scenario_decisions as (
    select
        scenario_id,
        measure_id,
        region,
        basis,
        limitation,
        valid_from,
        valid_to,
        provenance
    from {{ ref('scenario_bases') }}
),

months as (
    select reporting_month
    from {{ ref('int_reporting_months_with_data') }}
),

regions as (
    select region
    from {{ ref('regions') }}
),

ranked as (
    select
        scenario_id,
        measure_id,
        region,
        basis,
        limitation,
        valid_from,
        valid_to,
        provenance,
        1 as decision_rank
    from scenario_decisions
    union all
    select
        scenarios.scenario_id,
        decisions.measure_id,
        decisions.region,
        decisions.basis,
        decisions.limitation,
        decisions.valid_from,
        decisions.valid_to,
        decisions.provenance,
        2 as decision_rank
    from scenarios
    cross join decisions
),

final as (
    select
        ranked.scenario_id,
        ranked.measure_id,
        months.reporting_month,
        regions.region,
        ranked.basis,
        ranked.limitation,
        ranked.provenance
    from ranked
    inner join months
        on {{ is_valid('ranked', 'months.reporting_month') }}
    inner join regions
        on ranked.region in ('all', regions.region)
    qualify
        row_number() over (
            partition by
                ranked.scenario_id,
                ranked.measure_id,
                months.reporting_month,
                regions.region
            order by
                ranked.decision_rank,
                case when ranked.region = 'all' then 1 else 0 end
        ) = 1
)

select * from final
