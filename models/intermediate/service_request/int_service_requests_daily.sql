{# The cells of Service Requests that the proxy of CPM 3 stands on; a request sent twice is counted
   once. #}
with

requests as (
    select *
    from {{ ref('int_service_request_wan_times_listed') }}
),

final as (
    select
        submission_key,
        request_date,
        mode,
        region,
        device_type,
        count(*) as request_count,
        count(sent_to_wan_at) as wan_sent_count,
        count(wan_milliseconds) as wan_return_count,
        count(*) filter (where wan_milliseconds <= standard_limit) as alert_proxy_within_count,
        count(*) filter (where wan_milliseconds <= wan_share_limit)
            as alert_proxy_within_wan_share_count
    from requests
    group by submission_key, request_date, mode, region, device_type
)

select * from final
