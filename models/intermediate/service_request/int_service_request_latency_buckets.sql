{#- MP122A annex: docs/measures/business_processes.md#formula; CUB-04, SRQ-08 -#}
{# The sketch with the names of its cells, and a row for each bucket. #}
with

latencies as (
    select *
    from {{ ref('cube_service_request_latencies') }}
),

cells as (
    select *
    from {{ ref('int_service_request_latency_cells') }}
),

final as (
    select
        latencies.submission_key,
        cells.request_month,
        cells.service_reference_variant,
        cells.mode,
        cells.party_id,
        cells.device_type,
        cells.region,
        case when latencies.is_over_wan then 'wan' else 'end_to_end' end as latency_kind,
        {{ explode_fields('latencies.buckets') }} -- noqa: AL03 (its columns are the fields)
    from latencies
    inner join cells
        on latencies.cell_hash = cells.cell_hash
)

select * from final
