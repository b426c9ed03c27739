{#- MP122A annex: docs/measures/business_processes.md#formula; SRQ-08 -#}
{# What percentiles are of: the cells of the sketch by their names as shown, small parties pooled,
   end to end and in the WAN apart. Buckets are many: they are ordered by a number of the group. #}
{{ config(materialized='table') }}

with

cells as (
    select *
    from {{ ref('int_service_request_latency_cells') }}
),

pooled_parties as (
    select distinct
        request_month,
        service_reference_variant,
        region,
        device_type,
        party_id,
        party_pseudonym
    from {{ ref('int_service_requests_small_cells_pooled') }}
),

regions as (
    select region
    from {{ ref('regions') }}
),

kinds as (
    select
        false as is_over_wan,
        'end_to_end' as latency_kind
    union all
    select
        true as is_over_wan,
        'wan' as latency_kind
),

named_cells as (
    select
        cells.cell_hash,
        cells.request_month,
        coalesce(cells.service_reference_variant, {{ unknown() }}) as service_reference_variant,
        coalesce(regions.region, {{ unknown() }}) as region,
        cells.party_id,
        coalesce(cells.device_type, {{ unknown() }}) as device_type
    from cells
    left join regions
        on cells.region = regions.region
),

final as (
    select
        named_cells.cell_hash,
        kinds.is_over_wan,
        pooled_parties.request_month,
        pooled_parties.service_reference_variant,
        pooled_parties.region,
        pooled_parties.party_pseudonym,
        pooled_parties.device_type,
        kinds.latency_kind,
        dense_rank() over (
            order by
                pooled_parties.request_month,
                pooled_parties.service_reference_variant,
                pooled_parties.region,
                pooled_parties.device_type,
                pooled_parties.party_pseudonym,
                kinds.latency_kind
        ) as group_number
    from named_cells
    inner join pooled_parties
        on
            named_cells.request_month = pooled_parties.request_month
            and named_cells.service_reference_variant = pooled_parties.service_reference_variant
            and named_cells.region = pooled_parties.region
            and named_cells.device_type = pooled_parties.device_type
            and named_cells.party_id is not distinct from pooled_parties.party_id
    cross join kinds
)

select * from final
