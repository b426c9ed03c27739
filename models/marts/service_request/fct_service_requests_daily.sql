{#- CPM 1, 2: docs/measures/cpm_1_2.md#where-it-stands; SRQ-01, SRQ-04 -#}
with

cells as (
    select *
    from {{ ref('int_service_requests_classified') }}
),

final as (
    select
        request_date,
        service_reference_variant,
        mode,
        region,
        generation,
        device_type,
        outcome,
        cast(sum(request_count) as bigint) as request_count,
        cast(sum(duplicate_count) as bigint) as duplicate_count,
        cast(sum(responded_count) as bigint) as responded_count,
        cast(sum(within_target_count) as bigint) as within_target_count,
        cast(sum(within_round_trip_target_count) as bigint) as within_round_trip_target_count,
        cast(sum(wan_sent_count) as bigint) as wan_sent_count,
        cast(sum(wan_return_count) as bigint) as wan_return_count,
        cast(sum(wan_milliseconds) as bigint) as wan_milliseconds
    from cells
    group by
        request_date,
        service_reference_variant,
        mode,
        region,
        generation,
        device_type,
        outcome
)

select * from final
