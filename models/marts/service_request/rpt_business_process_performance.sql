{#- MP122A annex: docs/measures/business_processes.md#formula; SRQ-07, SRQ-08, SRQ-09 -#}
with

cells as (
    select *
    from {{ ref('int_business_process_cells') }}
),

final as (
    select
        business_process,
        service_reference_variant,
        region,
        party_pseudonym,
        device_type,
        business_process_name,
        volume_source,
        cast(volume as bigint) as volume,
        cast(success_count as bigint) as success_count,
        cast(final_count as bigint) as final_count,
        cast(success_pct as decimal(9, 6)) as success_pct,
        cast(end_to_end_mean_seconds as double) as end_to_end_mean_seconds,
        cast(end_to_end_p50_seconds as double) as end_to_end_p50_seconds,
        cast(end_to_end_p95_seconds as double) as end_to_end_p95_seconds,
        cast(end_to_end_p99_seconds as double) as end_to_end_p99_seconds,
        cast(wan_mean_seconds as double) as wan_mean_seconds,
        cast(wan_p50_seconds as double) as wan_p50_seconds,
        cast(wan_p95_seconds as double) as wan_p95_seconds,
        cast(wan_p99_seconds as double) as wan_p99_seconds,
        is_small_cell,
        reporting_month
    from cells
)

select * from final
