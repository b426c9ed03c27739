{# The annex of MP122A. A Service Request can serve several Business Processes and stands under
   each, so volumes are never summed across processes. What succeeded and what is final says the seed
   service_request_outcomes. #}
with

cells as (
    select *
    from {{ ref('fct_service_requests_monthly') }}
),

outcomes as (
    select
        outcome,
        is_success,
        is_final
    from {{ ref('service_request_outcomes') }}
),

percentile_rows as (
    select *
    from {{ ref('int_service_request_percentiles_measured') }}
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

alert_volumes as (
    select *
    from {{ ref('int_alert_parties_pooled') }}
),

volumes as (
    select
        cells.request_month,
        cells.service_reference_variant,
        cells.region,
        cells.party_pseudonym,
        cells.device_type,
        sum(cells.request_count) as request_count,
        coalesce(sum(cells.request_count) filter (where outcomes.is_success), 0) as success_count,
        coalesce(sum(cells.request_count) filter (where outcomes.is_final), 0) as final_count,
        sum(cells.end_to_end_count) as end_to_end_count,
        sum(cells.end_to_end_milliseconds) as end_to_end_milliseconds,
        sum(cells.wan_count) as wan_count,
        sum(cells.wan_milliseconds) as wan_milliseconds
    from cells
    inner join outcomes
        on cells.outcome = outcomes.outcome
    group by
        cells.request_month,
        cells.service_reference_variant,
        cells.region,
        cells.party_pseudonym,
        cells.device_type
),

percentiles as (
    select
        request_month,
        service_reference_variant,
        region,
        party_pseudonym,
        device_type,
        max(latency_milliseconds) filter (
            where latency_kind = 'end_to_end' and percentile = 50
        ) as end_to_end_p50_milliseconds,
        max(latency_milliseconds) filter (
            where latency_kind = 'end_to_end' and percentile = 95
        ) as end_to_end_p95_milliseconds,
        max(latency_milliseconds) filter (
            where latency_kind = 'end_to_end' and percentile = 99
        ) as end_to_end_p99_milliseconds,
        max(latency_milliseconds) filter (
            where latency_kind = 'wan' and percentile = 50
        ) as wan_p50_milliseconds,
        max(latency_milliseconds) filter (
            where latency_kind = 'wan' and percentile = 95
        ) as wan_p95_milliseconds,
        max(latency_milliseconds) filter (
            where latency_kind = 'wan' and percentile = 99
        ) as wan_p99_milliseconds
    from percentile_rows
    group by
        request_month,
        service_reference_variant,
        region,
        party_pseudonym,
        device_type
),

request_rows as (
    select
        volumes.request_month as reporting_month,
        bridge.business_process,
        volumes.service_reference_variant,
        volumes.region,
        volumes.party_pseudonym,
        volumes.device_type,
        volumes.request_count as volume,
        volumes.success_count,
        volumes.final_count,
        volumes.end_to_end_count,
        volumes.end_to_end_milliseconds,
        volumes.wan_count,
        volumes.wan_milliseconds,
        percentiles.end_to_end_p50_milliseconds,
        percentiles.end_to_end_p95_milliseconds,
        percentiles.end_to_end_p99_milliseconds,
        percentiles.wan_p50_milliseconds,
        percentiles.wan_p95_milliseconds,
        percentiles.wan_p99_milliseconds
    from volumes
    inner join bridge
        on volumes.service_reference_variant = bridge.service_reference_variant
    left join percentiles
        on
            volumes.request_month = percentiles.request_month
            and volumes.service_reference_variant = percentiles.service_reference_variant
            and volumes.region = percentiles.region
            and volumes.party_pseudonym = percentiles.party_pseudonym
            and volumes.device_type = percentiles.device_type
),

alert_rows as (
    select
        alert_month as reporting_month,
        business_process,
        alert_code as service_reference_variant,
        region,
        party_pseudonym,
        device_type,
        message_count as volume
    from alert_volumes
),

rows_of_both as (
    select
        reporting_month,
        business_process,
        service_reference_variant,
        region,
        party_pseudonym,
        device_type,
        volume,
        success_count,
        final_count,
        end_to_end_count,
        end_to_end_milliseconds,
        wan_count,
        wan_milliseconds,
        end_to_end_p50_milliseconds,
        end_to_end_p95_milliseconds,
        end_to_end_p99_milliseconds,
        wan_p50_milliseconds,
        wan_p95_milliseconds,
        wan_p99_milliseconds
    from request_rows
    union all
    select
        reporting_month,
        business_process,
        service_reference_variant,
        region,
        party_pseudonym,
        device_type,
        volume,
        null as success_count,
        null as final_count,
        null as end_to_end_count,
        null as end_to_end_milliseconds,
        null as wan_count,
        null as wan_milliseconds,
        null as end_to_end_p50_milliseconds,
        null as end_to_end_p95_milliseconds,
        null as end_to_end_p99_milliseconds,
        null as wan_p50_milliseconds,
        null as wan_p95_milliseconds,
        null as wan_p99_milliseconds
    from alert_rows
),

final as (
    select
        rows_of_both.business_process,
        rows_of_both.service_reference_variant,
        rows_of_both.region,
        rows_of_both.party_pseudonym,
        rows_of_both.device_type,
        processes.business_process_name,
        processes.volume_source,
        cast(rows_of_both.volume as bigint) as volume,
        cast(rows_of_both.success_count as bigint) as success_count,
        cast(rows_of_both.final_count as bigint) as final_count,
        cast(
            100.0 * rows_of_both.success_count / nullif(rows_of_both.final_count, 0)
            as decimal(9, 6)
        ) as success_pct,
        cast(
            cast(rows_of_both.end_to_end_milliseconds as double)
            / nullif(rows_of_both.end_to_end_count, 0) / 1000 as double
        ) as end_to_end_mean_seconds,
        cast(rows_of_both.end_to_end_p50_milliseconds / 1000 as double) as end_to_end_p50_seconds,
        cast(rows_of_both.end_to_end_p95_milliseconds / 1000 as double) as end_to_end_p95_seconds,
        cast(rows_of_both.end_to_end_p99_milliseconds / 1000 as double) as end_to_end_p99_seconds,
        cast(
            cast(rows_of_both.wan_milliseconds as double)
            / nullif(rows_of_both.wan_count, 0) / 1000 as double
        ) as wan_mean_seconds,
        cast(rows_of_both.wan_p50_milliseconds / 1000 as double) as wan_p50_seconds,
        cast(rows_of_both.wan_p95_milliseconds / 1000 as double) as wan_p95_seconds,
        cast(rows_of_both.wan_p99_milliseconds / 1000 as double) as wan_p99_seconds,
        rows_of_both.party_pseudonym = 'pooled' as is_small_cell,
        rows_of_both.reporting_month
    from rows_of_both
    inner join processes
        on rows_of_both.business_process = processes.business_process
)

select * from final
