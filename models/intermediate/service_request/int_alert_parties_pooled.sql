{#- MP122A annex: docs/measures/business_processes.md#in-and-out; PRI-03 -#}
{# Alert messages as rows of the annex, small parties pooled as those of Service Requests are. #}
with

volumes as (
    select *
    from {{ ref('int_alert_volumes_monthly') }}
),

parties as (
    select *
    from {{ ref('int_parties_pseudonymised') }}
),

kinds as (
    select
        alert_kind,
        business_process
    from {{ ref('alert_business_processes') }}
),

limits as (
    select *
    from {{ ref('small_cell_limits') }}
    where limit_id = 'party_volume'
),

named as (
    select
        volumes.alert_month,
        kinds.business_process,
        coalesce(volumes.alert_code, {{ unknown() }}) as alert_code,
        volumes.region,
        volumes.device_type,
        volumes.message_count,
        case
            when volumes.message_count < limits.minimum_count then 'pooled'
            else coalesce(parties.party_pseudonym, {{ unknown() }})
        end as party_pseudonym
    from volumes
    inner join kinds
        on volumes.alert_kind = kinds.alert_kind
    inner join limits
        on {{ is_valid('limits', 'volumes.alert_month') }}
    left join parties
        on volumes.party_id = parties.party_id
),

final as (
    select
        alert_month,
        business_process,
        alert_code,
        region,
        party_pseudonym,
        device_type,
        cast(sum(message_count) as bigint) as message_count
    from named
    group by alert_month, business_process, alert_code, region, party_pseudonym, device_type
)

select * from final
