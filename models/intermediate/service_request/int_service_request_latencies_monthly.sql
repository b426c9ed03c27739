with

requests as (
    select *
    from {{ ref('int_service_request_wan_times_listed') }}
    where wan_milliseconds is not null
),

final as (
    select
        submission_key,
        cast(date_trunc('month', request_date) as date) as request_month,
        mode,
        region,
        device_type,
        'wan' as latency_kind,
        {{ latency_bucket('wan_milliseconds') }} as latency_bucket,
        count(*) as request_count
    from requests
    group by
        submission_key,
        cast(date_trunc('month', request_date) as date),
        mode,
        region,
        device_type,
        {{ latency_bucket('wan_milliseconds') }}
)

select * from final
