{#- MP122A annex: docs/measures/business_processes.md#formula; CUB-04 -#}
{# What the hashes of the sketch's cells stand for; requests by party have every cell of it. #}
with

requests as (
    select *
    from {{ ref('cube_service_requests_by_party_month') }}
),

final as (
    select distinct
        {{ request_cell_hash() }} as cell_hash,
        request_month,
        service_reference_variant,
        mode,
        party_id,
        device_type,
        region
    from requests
)

select * from final
