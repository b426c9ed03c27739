{#- All measures: docs/measures/results.md#basis; RES-01, RES-04, RES-13, RES-15, RES-18 -#}
{# The grid of what must be reported, under each scenario: a measure without events has its rows
   too, and they say so.
   Every measure has a decision on its basis and a row of levels (null where none is known) for
   every month in which it holds; a test of the register fails where one is missing. A result is
   known no better than the weakest of what defines it. #}
with

measures as (
    select *
    from {{ ref('measures') }}
),

variants as (
    select *
    from {{ ref('measure_variants') }}
),

months as (
    select reporting_month
    from {{ ref('int_reporting_months_with_data') }}
),

scopes as (
    select *
    from {{ ref('int_measure_scopes') }}
),

bases as (
    select *
    from {{ ref('int_measure_bases_decided') }}
),

levels as (
    select *
    from {{ ref('measure_levels') }}
),

incident_targets as (
    select *
    from {{ ref('int_incident_target_provenance') }}
),

provenance_ranks as (
    select
        provenance,
        certainty_rank
    from {{ ref('provenance_ranks') }}
),

aggregations as (
    select
        aggregation,
        is_default
    from {{ ref('measure_aggregations') }}
),

scope_limitations as (
    select distinct
        bases.scenario_id,
        bases.measure_id,
        bases.reporting_month,
        scopes.scope_type,
        scopes.scope,
        bases.basis,
        bases.limitation,
        max(provenance_ranks.certainty_rank) over (
            partition by
                bases.scenario_id,
                bases.measure_id,
                bases.reporting_month,
                scopes.scope_type,
                scopes.scope
        ) as certainty_rank
    from bases
    inner join scopes
        on scopes.scope_type in ('national', 'provider') or bases.region = scopes.scope
    inner join provenance_ranks
        on bases.provenance = provenance_ranks.provenance
),

scope_bases as (
    select
        scenario_id,
        measure_id,
        reporting_month,
        scope_type,
        scope,
        case
            when count(distinct basis) > 1 then 'mixed'
            else max(basis)
        end as basis,
        {{ sorted_texts('limitation', '; ') }} as limitation,
        max(certainty_rank) as certainty_rank
    from scope_limitations
    group by scenario_id, measure_id, reporting_month, scope_type, scope
),

grid as (
    select
        measures.measure_id,
        variants.variant_id,
        variants.is_default and aggregations.is_default as is_default,
        months.reporting_month,
        scopes.scope_type,
        scopes.scope,
        aggregations.aggregation,
        measures.provenance as measure_provenance,
        variants.provenance as variant_provenance
    from measures
    inner join variants
        on measures.measure_id = variants.measure_id
    inner join months
        on {{ is_valid('measures', 'months.reporting_month') }}
    cross join scopes
    inner join aggregations
        on aggregations.aggregation = 'pooled' or scopes.scope_type = 'national'
),

described as (
    select
        scope_bases.scenario_id,
        grid.*,
        scope_bases.basis,
        scope_bases.limitation,
        levels.target_bp,
        levels.minimum_bp,
        scope_bases.certainty_rank as basis_rank,
        coalesce(incident_targets.certainty_rank, 0) as target_rank,
        levels.provenance as level_provenance
    from grid
    inner join scope_bases
        on
            grid.measure_id = scope_bases.measure_id
            and grid.reporting_month = scope_bases.reporting_month
            and grid.scope_type = scope_bases.scope_type
            and grid.scope = scope_bases.scope
    inner join levels
        on
            grid.measure_id = levels.measure_id
            and {{ is_valid('levels', 'grid.reporting_month') }}
    left join incident_targets
        on
            grid.measure_id = incident_targets.measure_id
            and grid.variant_id = incident_targets.variant_id
            and grid.reporting_month = incident_targets.reporting_month
),

final as (
    select
        described.scenario_id,
        described.measure_id,
        described.variant_id,
        described.is_default,
        described.reporting_month,
        described.scope_type,
        described.scope,
        described.aggregation,
        described.basis,
        described.limitation,
        described.target_bp,
        described.minimum_bp,
        weakest.provenance
    from described
    inner join provenance_ranks as measure_ranks
        on described.measure_provenance = measure_ranks.provenance
    inner join provenance_ranks as variant_ranks
        on described.variant_provenance = variant_ranks.provenance
    inner join provenance_ranks as level_ranks
        on described.level_provenance = level_ranks.provenance
    inner join provenance_ranks as weakest
        on
            greatest(
                measure_ranks.certainty_rank,
                variant_ranks.certainty_rank,
                described.basis_rank,
                described.target_rank,
                level_ranks.certainty_rank
            ) = weakest.certainty_rank
)

select * from final
