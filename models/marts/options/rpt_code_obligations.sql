{#- MP122A: docs/measures/obligations.md#wording; OPT-12 -#}
{# Each obligation with each derogation that stands, stood or was needed against it. #}
with

obligations as (
    select *
    from {{ ref('code_obligations') }}
),

derogations as (
    select *
    from {{ ref('code_derogations') }}
),

regimes as (
    select
        regime_id,
        valid_from,
        valid_to
    from {{ ref('pmr_sla_regimes') }}
),

final as (
    select
        obligations.obligation_id,
        coalesce(derogations.regime_id, 'none') as derogation_regime_id,
        obligations.obligation_name,
        obligations.sec_reference,
        obligations.measure_id,
        obligations.mp122a_change,
        coalesce(derogations.derogation_standing, 'not_looked_for') as derogation_standing,
        derogations.what_it_allows,
        obligations.provenance,
        obligations.source,
        derogations.provenance as derogation_provenance,
        derogations.source as derogation_source,
        obligations.valid_from as binds_from,
        obligations.valid_to as binds_to,
        obligations.first_reporting_month,
        regimes.valid_from as derogated_from,
        cast({{ dbt.dateadd('day', -1, 'regimes.valid_to') }} as date) as derogated_until
    from obligations
    left join derogations
        on obligations.obligation_id = derogations.obligation_id
    left join regimes
        on derogations.regime_id = regimes.regime_id
)

select * from final
