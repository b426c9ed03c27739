{#- H13.4: docs/measures/pmr_timeliness.md#validation; PMR-13, PMR-16 -#}
{# Who validates a PMR before it counts: 13 Service Providers, the DCC, SECAS. What is not known
   is null. #}
with

validators as (
    select *
    from {{ ref('pmr_validators') }}
),

times as (
    select
        provider,
        max(submission_working_days) filter (where sla_kind = 'contracted')
            as contracted_working_days,
        min(submission_working_days) filter (where sla_kind = 'offered' and cost_gbp = 0)
            as offered_free_working_days,
        min(submission_working_days) filter (where sla_kind = 'offered' and cost_gbp > 0)
            as offered_paid_working_days,
        max(cost_gbp) filter (where sla_kind = 'offered') as offered_paid_gbp
    from {{ ref('provider_submission_slas') }}
    where extract = 'all'
    group by provider
),

final as (
    select
        validators.validator_id,
        validators.validator_kind,
        validators.provider,
        validators.provenance,
        validators.source,
        validators.step_number,
        times.contracted_working_days,
        times.offered_free_working_days,
        times.offered_paid_working_days,
        cast(times.offered_paid_gbp as decimal(12, 2)) as offered_paid_gbp,
        validators.is_named,
        times.contracted_working_days is not null as is_time_known
    from validators
    left join times
        on
            validators.provider = times.provider
            and validators.validator_kind = 'service_provider'
)

select * from final
