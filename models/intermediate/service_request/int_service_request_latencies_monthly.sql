{# The sketch without party, for readers that need none. #}
with

latencies as (
    select *
    from {{ ref('int_service_request_latencies_scanned') }}
),

final as (
    select
        submission_key,
        request_month,
        service_reference_variant,
        mode,
        region,
        device_type,
        latency_kind,
        latency_bucket,
        cast(sum(request_count) as bigint) as request_count
    from latencies
    group by
        submission_key,
        request_month,
        service_reference_variant,
        mode,
        region,
        device_type,
        latency_kind,
        latency_bucket
)

select * from final
