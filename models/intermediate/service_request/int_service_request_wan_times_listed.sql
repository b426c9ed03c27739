{# Half a round trip within the target, without a fraction: a round trip in whole milliseconds
   within the target times the divisor. #}
with

requests as (
    select distinct
        submission_key,
        originator_id,
        target_id,
        originator_counter,
        service_reference_variant,
        request_mode as mode, -- noqa: RF04
        region,
        device_type,
        received_at,
        sent_to_wan_at,
        back_from_wan_at
    from {{ ref('stg_dsp__service_requests') }}
),

rules as (
    select
        valid_from,
        valid_to,
        max(
            case
                when rule_id = 'standard'
                    then target_seconds * 1000 * share_numerator * divisor / share_denominator
            end
        ) as standard_limit,
        max(
            case
                when rule_id = 'wan_share'
                    then target_seconds * 1000 * share_numerator * divisor / share_denominator
            end
        ) as wan_share_limit
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
