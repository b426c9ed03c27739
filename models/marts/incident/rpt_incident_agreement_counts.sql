{#- CPM 5, 5A: docs/measures/cpm_4_5_5a.md#blind-spots; INC-12 -#}
{# The month is that of the resolution in the DCC's records, else in the provider's list; an
   Incident resolved in neither has none and is not counted. #}
with

agreement as (
    select
        provider,
        match_status,
        coalesce(dcc_resolved_at, provider_resolved_at) as resolved_at
    from {{ ref('rpt_incident_agreement') }}
),

dated as (
    select
        provider,
        match_status,
        {{ reporting_month_of('resolved_at') }} as reporting_month
    from agreement
    where resolved_at is not null
),

final as (
    select
        provider,
        match_status,
        count(*) as incident_count,
        reporting_month
    from dated
    group by provider, match_status, reporting_month
)

select * from final
