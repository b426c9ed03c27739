{#- CPM 3: docs/measures/cpm_3.md#proxy; ALT-07 -#}
{# CPM 3 by proxy: on-demand Service Requests that crossed the WAN and came back stand for Alerts.
   Each request is in exactly one of: not on demand, without a WAN leg, without a return, returned. #}
{{ config(materialized='table') }}

with

cells as (
    select *
    from {{ ref('cube_service_requests_by_day') }}
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
        coalesce(regions.region, {{ unknown() }}) as region,
        coalesce(cells.device_type, {{ unknown() }}) as device_type,
        cells.request_count,
        cells.wan_sent_count,
        cells.wan_return_count,
        cells.alert_proxy_within_standard_count,
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
            and {{ is_valid('modes', 'cells.request_date') }}
),

reasoned as (
    select
        submission_key,
        provider,
        request_date,
        region,
        device_type,
        request_count,
        case when is_qualifying_mode then 0 else request_count end as not_on_demand_count,
        case when is_qualifying_mode then request_count - wan_sent_count else 0 end
            as no_wan_leg_count,
        case when is_qualifying_mode then wan_sent_count - wan_return_count else 0 end
            as no_wan_return_count,
        case when is_qualifying_mode then wan_return_count else 0 end as wan_return_count,
        case when is_qualifying_mode then alert_proxy_within_standard_count else 0 end
            as within_target_count,
        case when is_qualifying_mode then alert_proxy_within_wan_share_count else 0 end
            as within_wan_share_count
    from qualified
),

final as (
    select
        submission_key,
        provider,
        request_date,
        region,
        device_type,
        cast(sum(request_count) as bigint) as request_count,
        cast(sum(not_on_demand_count) as bigint) as not_on_demand_count,
        cast(sum(no_wan_leg_count) as bigint) as no_wan_leg_count,
        cast(sum(no_wan_return_count) as bigint) as no_wan_return_count,
        cast(sum(wan_return_count) as bigint) as wan_return_count,
        cast(sum(within_target_count) as bigint) as within_target_count,
        cast(sum(within_wan_share_count) as bigint) as within_wan_share_count
    from reasoned
    group by submission_key, provider, request_date, region, device_type
)

select * from final
