{#- MP122A annex: docs/measures/business_processes.md#formula; SRQ-07, SRQ-08 -#}
{# The annex of MP122A: volumes, outcomes and times of a cell as shown, small parties pooled. What
   succeeded and what is final says the seed service_request_outcomes. #}
with

cells as (
    select *
    from {{ ref('int_service_requests_small_cells_pooled') }}
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

final as (
    select
        volumes.request_month,
        volumes.service_reference_variant,
        volumes.region,
        volumes.party_pseudonym,
        volumes.device_type,
        cast(volumes.request_count as bigint) as request_count,
        cast(volumes.success_count as bigint) as success_count,
        cast(volumes.final_count as bigint) as final_count,
        cast(volumes.end_to_end_milliseconds as double)
        / nullif(volumes.end_to_end_count, 0) as end_to_end_mean_milliseconds,
        percentiles.end_to_end_p50_milliseconds,
        percentiles.end_to_end_p95_milliseconds,
        percentiles.end_to_end_p99_milliseconds,
        cast(volumes.wan_milliseconds as double)
        / nullif(volumes.wan_count, 0) as wan_mean_milliseconds,
        percentiles.wan_p50_milliseconds,
        percentiles.wan_p95_milliseconds,
        percentiles.wan_p99_milliseconds
    from volumes
    left join percentiles
        on
            volumes.request_month = percentiles.request_month
            and volumes.service_reference_variant = percentiles.service_reference_variant
            and volumes.region = percentiles.region
            and volumes.party_pseudonym = percentiles.party_pseudonym
            and volumes.device_type = percentiles.device_type
)

select * from final
