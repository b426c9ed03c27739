{# Half a round trip within the target, in whole milliseconds, without a fraction: a round trip within
   the target times the divisor. #}
with

requests as (
    select distinct
        {{ submission_key('service_requests') }} as submission_key,
        "OriginatorId",
        "TargetId",
        "OriginatorCounter",
        "Mode" as mode,
        "Region" as region,
        "DeviceType" as device_type,
        "ReceivedAt" as received_at,
        "SentToWanAt" as sent_to_wan_at,
        "BackFromWanAt" as back_from_wan_at
    from {{ source('lake', 'service_requests') }}
),

rules as (
    select
        valid_from,
        valid_to,
        max(target_seconds * 1000 * share_numerator * divisor // share_denominator)
            filter (where rule_id = 'standard') as standard_limit,
        max(target_seconds * 1000 * share_numerator * divisor // share_denominator)
            filter (where rule_id = 'wan_share') as wan_share_limit
    from {{ ref('alert_proxy_rules') }}
    group by valid_from, valid_to
),

final as (
    select
        requests.submission_key,
        requests.mode,
        requests.region,
        requests.device_type,
        cast({{ to_local('requests.received_at', var('reporting_timezone')) }} as date)
            as request_date,
        requests.sent_to_wan_at,
        {{ milliseconds_between('requests.sent_to_wan_at', 'requests.back_from_wan_at') }}
            as wan_milliseconds,
        rules.standard_limit,
        rules.wan_share_limit
    from requests
    inner join rules
        on
            requests.received_at >= rules.valid_from
            and requests.received_at < coalesce(rules.valid_to, date '9999-12-31')
)

select * from final
