{#- H13.4: docs/measures/pmr_timeliness.md#regimes; PMR-01, PMR-02, PMR-11 -#}
{# SEC H13.4. The regime that binds a Reporting Month is the one valid on the first day after the
   month (assumed); a derogation stands in front of the obligation that it derogates from. A
   proposal never binds. #}
with

months as (
    select
        reporting_month,
        next_period_start_date
    from {{ ref('int_calendar_months') }}
),

regimes as (
    select
        regime_id,
        regime_kind,
        sla_working_days,
        derogates_from,
        valid_from,
        valid_to
    from {{ ref('pmr_sla_regimes') }}
),

regimes_valid as (
    select
        months.reporting_month,
        regimes.regime_id,
        regimes.regime_kind,
        regimes.sla_working_days,
        regimes.derogates_from
    from months
    inner join regimes
        on {{ is_valid('regimes', 'months.next_period_start_date') }}
),

obligations as (
    select *
    from regimes_valid
    where regime_kind = 'obligation'
),

derogations as (
    select *
    from regimes_valid
    where regime_kind = 'derogation'
),

final as (
    select
        obligations.reporting_month,
        obligations.regime_id as obligation_regime_id,
        obligations.sla_working_days as obligation_working_days,
        coalesce(derogations.regime_id, obligations.regime_id) as regime_id,
        coalesce(derogations.sla_working_days, obligations.sla_working_days) as sla_working_days
    from obligations
    left join derogations
        on
            obligations.reporting_month = derogations.reporting_month
            and obligations.regime_id = derogations.derogates_from
)

select * from final
