{#- MP122A annex: docs/measures/business_processes.md#in-and-out; PRI-02 -#}
{# The key to the pseudonyms: it never leaves the build. #}
with

requests as (
    select distinct party_id
    from {{ ref('cube_service_requests_by_party_month') }}
    where party_id is not null
),

alerts as (
    select distinct party_id
    from {{ ref('int_alert_volumes_monthly') }}
    where party_id is not null
),

parties as (
    select party_id from requests
    union
    select party_id from alerts
),

final as (
    select
        party_id,
        {{ pseudonym('party_id') }} as party_pseudonym
    from parties
)

select * from final
