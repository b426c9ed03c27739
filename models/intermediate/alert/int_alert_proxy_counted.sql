{# CPM 3 by proxy: on-demand Service Requests that crossed the WAN and came back stand for Alerts.
   Each request is in exactly one of: not on demand, without a WAN leg, without a return, returned. #}
with

cells as (
    select *
    from {{ ref('int_service_requests_daily') }}
),

submissions as (
    select
        submission_key,
        provider
    from {{ ref('int_submissions_current') }}
),

regions as (
    select region
    from {{ ref('regions') }}
),

modes as (
    select *
    from {{ ref('alert_proxy_modes') }}
),

qualified as (
    select
        cells.submission_key,
        submissions.provider,
        cells.request_date,
        coalesce(regions.region, 'Unknown') as region,
        coalesce(cells.device_type, 'Unknown') as device_type,
        cells.request_count,
        cells.wan_sent_count,
        cells.wan_return_count,
        cells.alert_proxy_within_count,
        cells.alert_proxy_within_wan_share_count,
        modes.mode is not null as is_qualifying_mode
    from cells
    inner join submissions
        on cells.submission_key = submissions.submission_key
    left join regions
        on cells.region = regions.region
    left join modes
        on
            cells.mode = modes.mode
            and cells.request_date >= modes.valid_from
            and cells.request_date < coalesce(modes.valid_to, date '9999-12-31')
),

final as (
    select
        submission_key,
        provider,
        request_date,
        region,
        device_type,
        sum(request_count) as request_count,
        coalesce(sum(request_count) filter (where not is_qualifying_mode), 0)
            as not_on_demand_count,
        coalesce(sum(request_count - wan_sent_count) filter (where is_qualifying_mode), 0)
            as no_wan_leg_count,
        coalesce(sum(wan_sent_count - wan_return_count) filter (where is_qualifying_mode), 0)
            as no_wan_return_count,
        coalesce(sum(wan_return_count) filter (where is_qualifying_mode), 0) as wan_return_count,
        coalesce(sum(alert_proxy_within_count) filter (where is_qualifying_mode), 0)
            as within_target_count,
        coalesce(sum(alert_proxy_within_wan_share_count) filter (where is_qualifying_mode), 0)
            as within_wan_share_count
    from qualified
    group by submission_key, provider, request_date, region, device_type
)

select * from final
