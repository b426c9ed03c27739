{#- MP122A: docs/measures/obligations.md#formula; OPT-12, OPT-13 -#}
{# A measure is reported as its obligation asks where it is measured in every Region, and not
   where nothing is reported; whether a proxy meets it is what MP122B asks. The PMR is held to the
   days of the obligation and to those of the derogation in force. For what has no log of its own
   the answer is not known. #}
with

obligations as (
    select *
    from {{ ref('code_obligations') }}
),

derogations as (
    select
        derogations.obligation_id,
        derogations.derogation_standing,
        derogations.what_it_allows,
        derogations.regime_id,
        regimes.valid_from,
        regimes.valid_to
    from {{ ref('code_derogations') }} as derogations
    left join {{ ref('pmr_sla_regimes') }} as regimes
        on derogations.regime_id = regimes.regime_id
),

months as (
    select
        reporting_month,
        next_period_start_date
    from {{ ref('int_calendar_months') }}
),

judged as (
    select
        scenario_id,
        measure_id,
        reporting_month,
        basis
    from {{ ref('int_measure_results_judged') }}
    where scope_type = 'national' and is_default
),

reported_months as (
    select distinct
        scenario_id,
        reporting_month
    from judged
),

verdicts as (
    select
        reporting_month,
        regime_id,
        regime_kind,
        is_in_force,
        is_met
    from {{ ref('int_pmr_sla_verdicts') }}
    where calendar = '{{ var("working_day_calendar") }}'
),

-- The obligation in force or derogated from, and the regime that binds.
pmr_verdicts as (
    select
        'h13_4_pmr' as obligation_id,
        verdicts.reporting_month,
        regimes_bound.regime_id,
        bool_or(verdicts.is_met) filter (
            where verdicts.regime_id = regimes_bound.obligation_regime_id
        ) as is_obligation_met,
        bool_or(verdicts.is_met) filter (where verdicts.is_in_force) as is_regime_met
    from verdicts
    inner join {{ ref('int_pmr_regimes_in_force') }} as regimes_bound
        on verdicts.reporting_month = regimes_bound.reporting_month
    group by verdicts.reporting_month, regimes_bound.regime_id
),

-- Every report that came has to be in time; one that never came is not known of.
centre_verdicts as (
    select
        'h13_4_operations_centre' as obligation_id,
        reporting_month,
        regime_id,
        bool_and(is_within_obligation) as is_obligation_met,
        bool_and(is_on_time) as is_regime_met
    from {{ ref('int_operations_centre_deliveries_judged') }}
    where report_version = 1
    group by reporting_month, regime_id
),

delivered as (
    select *
    from pmr_verdicts
    union all
    select *
    from centre_verdicts
),

binding as (
    select
        reported_months.scenario_id,
        reported_months.reporting_month,
        obligations.*,
        derogations.derogation_standing,
        derogations.what_it_allows,
        derogations.regime_id as derogation_regime_id,
        derogations.valid_to as derogation_valid_to
    from reported_months
    inner join months
        on reported_months.reporting_month = months.reporting_month
    inner join obligations
        on {{ is_valid('obligations', 'months.next_period_start_date') }}
    left join derogations
        on
            obligations.obligation_id = derogations.obligation_id
            and (
                derogations.regime_id is null
                or {{ is_valid('derogations', 'months.next_period_start_date') }}
            )
),

held as (
    select
        binding.*,
        judged.basis,
        case
            when judged.basis = 'measured' then true
            when judged.basis = 'not_reportable' then false
            when judged.basis is null then delivered.is_obligation_met
        end as is_obligation_met,
        case
            when binding.derogation_regime_id = delivered.regime_id then delivered.is_regime_met
        end as is_derogation_met
    from binding
    left join judged
        on
            binding.scenario_id = judged.scenario_id
            and binding.measure_id = judged.measure_id
            and binding.reporting_month = judged.reporting_month
    left join delivered
        on
            binding.obligation_id = delivered.obligation_id
            and binding.reporting_month = delivered.reporting_month
),

final as (
    select
        scenario_id,
        obligation_id,
        obligation_name,
        sec_reference,
        measure_id,
        mp122a_change,
        basis,
        derogation_standing,
        derogation_regime_id,
        what_it_allows,
        case
            when is_obligation_met then 'obligation'
            when is_derogation_met then 'derogation'
            when is_obligation_met is null then 'not_known'
            when derogation_standing = 'granted' and is_derogation_met is null then 'not_known'
            when derogation_standing = 'needed_not_found' then 'derogation_not_found'
            else 'nothing'
        end as compliant_under,
        provenance,
        source,
        is_obligation_met,
        is_derogation_met,
        valid_from as binds_from,
        cast({{ dbt.dateadd('day', -1, 'derogation_valid_to') }} as date) as derogated_until,
        reporting_month
    from held
)

select * from final
