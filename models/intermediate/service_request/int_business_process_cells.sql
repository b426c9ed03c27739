{#- MP122A annex: docs/measures/business_processes.md#formula; SRQ-07, SRQ-08 -#}
{# The annex of MP122A. A Service Request can serve several Business Processes and stands under
   each, so volumes are never summed across processes. Of Alerts the annex has volumes alone. #}
with

request_cells as (
    select *
    from {{ ref('int_service_request_cells_measured') }}
),

alert_cells as (
    select *
    from {{ ref('int_alert_parties_pooled') }}
),

processes as (
    select *
    from {{ ref('business_processes') }}
),

bridge as (
    select
        business_process,
        service_reference_variant
    from {{ ref('business_process_service_reference_variants') }}
),

cells as (
    select
        bridge.business_process,
        request_cells.service_reference_variant,
        request_cells.region,
        request_cells.party_pseudonym,
        request_cells.device_type,
        request_cells.request_count as volume,
        request_cells.success_count,
        request_cells.final_count,
        request_cells.end_to_end_mean_milliseconds,
        request_cells.end_to_end_p50_milliseconds,
        request_cells.end_to_end_p95_milliseconds,
        request_cells.end_to_end_p99_milliseconds,
        request_cells.wan_mean_milliseconds,
        request_cells.wan_p50_milliseconds,
        request_cells.wan_p95_milliseconds,
        request_cells.wan_p99_milliseconds,
        request_cells.request_month as reporting_month
    from request_cells
    inner join bridge
        on request_cells.service_reference_variant = bridge.service_reference_variant
    union all
    select
        business_process,
        alert_code as service_reference_variant,
        region,
        party_pseudonym,
        device_type,
        message_count as volume,
        null as success_count,
        null as final_count,
        null as end_to_end_mean_milliseconds,
        null as end_to_end_p50_milliseconds,
        null as end_to_end_p95_milliseconds,
        null as end_to_end_p99_milliseconds,
        null as wan_mean_milliseconds,
        null as wan_p50_milliseconds,
        null as wan_p95_milliseconds,
        null as wan_p99_milliseconds,
        alert_month as reporting_month
    from alert_cells
),

final as (
    select
        cells.business_process,
        cells.service_reference_variant,
        cells.region,
        cells.party_pseudonym,
        cells.device_type,
        processes.business_process_name,
        processes.volume_source,
        cells.volume,
        cells.success_count,
        cells.final_count,
        100.0 * cells.success_count / nullif(cells.final_count, 0) as success_pct,
        cells.end_to_end_mean_milliseconds / 1000 as end_to_end_mean_seconds,
        cells.end_to_end_p50_milliseconds / 1000 as end_to_end_p50_seconds,
        cells.end_to_end_p95_milliseconds / 1000 as end_to_end_p95_seconds,
        cells.end_to_end_p99_milliseconds / 1000 as end_to_end_p99_seconds,
        cells.wan_mean_milliseconds / 1000 as wan_mean_seconds,
        cells.wan_p50_milliseconds / 1000 as wan_p50_seconds,
        cells.wan_p95_milliseconds / 1000 as wan_p95_seconds,
        cells.wan_p99_milliseconds / 1000 as wan_p99_seconds,
        cells.party_pseudonym = 'pooled' as is_small_cell,
        cells.reporting_month
    from cells
    inner join processes
        on cells.business_process = processes.business_process
)

select * from final
