{#- MP122A annex: docs/measures/business_processes.md#where-it-stands; PRI-02, PRI-03 -#}
with

cells as (
    select *
    from {{ ref('int_service_requests_small_cells_pooled') }}
),

final as (
    select
        request_month,
        service_reference_variant,
        mode,
        region,
        party_pseudonym,
        device_type,
        outcome,
        is_small_cell,
        cast(sum(request_count) as bigint) as request_count,
        cast(sum(end_to_end_count) as bigint) as end_to_end_count,
        cast(sum(end_to_end_milliseconds) as bigint) as end_to_end_milliseconds,
        cast(sum(wan_count) as bigint) as wan_count,
        cast(sum(wan_milliseconds) as bigint) as wan_milliseconds
    from cells
    group by
        request_month,
        service_reference_variant,
        mode,
        region,
        party_pseudonym,
        device_type,
        outcome,
        is_small_cell
)

select * from final
