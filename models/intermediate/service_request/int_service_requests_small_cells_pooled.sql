{#- MP122A annex: docs/measures/business_processes.md#in-and-out; PRI-03 -#}
{# A party with few requests in a cell could be recognised from them: such parties stand together
   under 'pooled', within the same cell, so that totals are kept. A request without party is
   `Unknown`. #}
{{ config(materialized='table') }}

with

cells as (
    select *
    from {{ ref('cube_service_requests_by_party_month') }}
),

submissions as (
    select submission_key
    from {{ ref('int_submissions_current') }}
),

parties as (
    select *
    from {{ ref('int_parties_pseudonymised') }}
),

regions as (
    select region
    from {{ ref('regions') }}
),

limits as (
    select *
    from {{ ref('small_cell_limits') }}
    where limit_id = 'party_volume'
),

named as (
    select
        cells.request_month,
        coalesce(cells.service_reference_variant, {{ unknown() }}) as service_reference_variant,
        coalesce(cells.mode, {{ unknown() }}) as mode,
        coalesce(regions.region, {{ unknown() }}) as region,
        cells.party_id,
        coalesce(parties.party_pseudonym, {{ unknown() }}) as party_pseudonym,
        coalesce(cells.device_type, {{ unknown() }}) as device_type,
        cells.outcome,
        cells.request_count,
        cells.end_to_end_count,
        cells.end_to_end_milliseconds,
        cells.wan_count,
        cells.wan_milliseconds
    from cells
    inner join submissions
        on cells.submission_key = submissions.submission_key
    left join regions
        on cells.region = regions.region
    left join parties
        on cells.party_id = parties.party_id
),

volumes as (
    select
        request_month,
        service_reference_variant,
        region,
        device_type,
        party_id,
        sum(request_count) as request_count
    from named
    group by request_month, service_reference_variant, region, device_type, party_id
),

small as (
    select
        volumes.request_month,
        volumes.service_reference_variant,
        volumes.region,
        volumes.device_type,
        volumes.party_id
    from volumes
    inner join limits
        on {{ is_valid('limits', 'volumes.request_month') }}
    where volumes.request_count < limits.minimum_count
),

final as (
    select
        named.request_month,
        named.service_reference_variant,
        named.mode,
        named.region,
        named.party_id,
        named.device_type,
        named.outcome,
        named.request_count,
        named.end_to_end_count,
        named.end_to_end_milliseconds,
        named.wan_count,
        named.wan_milliseconds,
        small.request_month is not null as is_small_cell,
        case
            when small.request_month is not null then 'pooled'
            else named.party_pseudonym
        end as party_pseudonym
    from named
    left join small
        on
            named.request_month = small.request_month
            and named.service_reference_variant = small.service_reference_variant
            and named.region = small.region
            and named.device_type = small.device_type
            and named.party_id is not distinct from small.party_id
)

select * from final
