{#- CPM 3: docs/measures/cpm_3.md#proxy; ALT-07 -#}
with

requests as (
    select *
    from {{ ref('int_alert_proxy_counted') }}
),

counted as (
    select
        request_date,
        region,
        device_type,
        sum(request_count) as request_count,
        sum(not_on_demand_count) as not_on_demand_count,
        sum(no_wan_leg_count) as no_wan_leg_count,
        sum(no_wan_return_count) as no_wan_return_count,
        sum(wan_return_count) as wan_return_count,
        sum(within_target_count) as within_target_count,
        sum(within_wan_share_count) as within_wan_share_count
    from requests
    group by request_date, region, device_type
),

final as (
    select
        request_date,
        region,
        device_type,
        cast(request_count as bigint) as request_count,
        cast(not_on_demand_count as bigint) as not_on_demand_count,
        cast(no_wan_leg_count as bigint) as no_wan_leg_count,
        cast(no_wan_return_count as bigint) as no_wan_return_count,
        cast(wan_return_count as bigint) as wan_return_count,
        cast(within_target_count as bigint) as within_target_count,
        cast(within_wan_share_count as bigint) as within_wan_share_count,
        cast(
            100.0 * within_target_count / nullif(wan_return_count, 0) as decimal(9, 6)
        ) as completed_only_pct,
        cast(
            100.0 * within_target_count / nullif(wan_return_count + no_wan_return_count, 0)
            as decimal(9, 6)
        ) as with_failures_pct,
        cast(
            100.0 * within_wan_share_count / nullif(wan_return_count, 0) as decimal(9, 6)
        ) as wan_share_pct
    from counted
)

select * from final
