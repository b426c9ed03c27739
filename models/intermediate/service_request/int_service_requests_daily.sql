{# The one scan of Service Requests by day, without party. A request belongs to the day on which it
   was received. On the target counts as met; a request without a response is counted and not met. #}
{{
    config(
        materialized='incremental',
        unique_key='submission_key',
        incremental_strategy='delete+insert',
        on_schema_change='sync_all_columns'
    )
}}

with

new_submissions as (
    {{ scan_new_submissions('service_requests') }}
),

generations as (
    select
        region,
        generation
    from {{ ref('region_generations') }}
),

targets as (
    select *
    from {{ ref('int_service_request_targets_resolved') }}
),

alert_targets as (
    select *
    from {{ ref('alert_target_response_times') }}
    where target_id = 'alert'
),

proxy_rules as (
    select *
    from {{ ref('alert_proxy_rules') }}
),

dated_submissions as (
    select
        *,
        cast(concat(period, '-01') as date) as first_date
    from new_submissions
),

-- What is the same for every request of a submission: the two limits of the proxy for Alerts, as
-- whole products, so that a comparison has no rounding.
limited_submissions as (
    select
        dated_submissions.*,
        standard.share_denominator as proxy_factor,
        alert_targets.target_milliseconds * standard.divisor * standard.share_numerator
            as proxy_limit,
        wan_share.share_denominator as wan_share_factor,
        alert_targets.target_milliseconds * wan_share.divisor * wan_share.share_numerator
            as wan_share_limit
    from dated_submissions
    inner join alert_targets
        on {{ is_valid('alert_targets', 'dated_submissions.first_date') }}
    inner join proxy_rules as standard
        on
            standard.rule_id = 'standard'
            and {{ is_valid('standard', 'dated_submissions.first_date') }}
    inner join proxy_rules as wan_share
        on
            wan_share.rule_id = 'wan_share'
            and {{ is_valid('wan_share', 'dated_submissions.first_date') }}
),

requests as (
    {{
        events_counted_once(
            'service_requests',
            ref('stg_dsp__service_requests'),
            ref('int_service_requests_repeated'),
            [
                'service_reference_variant',
                'mode',
                'device_type',
                'region',
                'response_code',
                'received_at',
                'execute_at',
                'sent_to_wan_at',
                'back_from_wan_at',
                'responded_at',
                'signed_pre_command_received_at',
            ],
            'limited_submissions',
            ['proxy_factor', 'proxy_limit', 'wan_share_factor', 'wan_share_limit']
        )
    }}
),

submission_targets as (
    select
        dated_submissions.submission_number,
        targets.service_reference_variant,
        targets.mode,
        targets.generation,
        targets.clock_starts_at,
        targets.target_milliseconds,
        targets.round_trip_target_milliseconds
    from dated_submissions
    inner join targets
        on {{ is_valid('targets', 'dated_submissions.first_date') }}
),

timed as (
    select
        requests.submission_number,
        cast({{ to_local('requests.received_at', var('reporting_timezone')) }} as date)
            as request_date,
        requests.service_reference_variant,
        requests.mode,
        requests.region,
        requests.device_type,
        requests.response_code,
        requests.row_weight,
        submission_targets.target_milliseconds is not null as has_target,
        submission_targets.target_milliseconds,
        submission_targets.round_trip_target_milliseconds,
        requests.proxy_factor,
        requests.proxy_limit,
        requests.wan_share_factor,
        requests.wan_share_limit,
        requests.responded_at is not null as is_responded,
        requests.sent_to_wan_at is not null as is_sent_to_wan,
        {{ response_milliseconds('requests', 'submission_targets.clock_starts_at') }}
            as response_milliseconds,
        requests.signed_pre_command_received_at is not null as has_pre_command,
        -- A Signed Pre-Command dated before its request leaves the clock where it is.
        case
            when requests.signed_pre_command_received_at is not null
                then
                    {{
                        response_milliseconds(
                            'requests',
                            'submission_targets.clock_starts_at',
                            'greatest(requests.received_at, '
                            ~ 'requests.signed_pre_command_received_at)'
                        )
                    }}
        end as pre_command_response_milliseconds,
        {{ wan_milliseconds('requests') }} as wan_milliseconds
    from requests
    left join generations
        on requests.region = generations.region
    left join submission_targets
        on
            requests.submission_number = submission_targets.submission_number
            and requests.service_reference_variant = submission_targets.service_reference_variant
            and requests.mode = submission_targets.mode
            and coalesce(generations.generation, {{ unknown() }}) = submission_targets.generation
),

grouped as (
    select
        submission_number,
        request_date,
        service_reference_variant,
        mode,
        region,
        device_type,
        response_code,
        has_target,
        cast(sum(row_weight) as bigint) as request_count,
        cast(count(*) filter (where row_weight < 0) as bigint) as duplicate_count,
        cast(coalesce(sum(row_weight) filter (where is_responded), 0) as bigint)
            as responded_count,
        cast(
            coalesce(
                sum(row_weight) filter (where response_milliseconds <= target_milliseconds), 0
            ) as bigint
        ) as within_target_count,
        cast(
            coalesce(
                sum(row_weight) filter (
                    where
                    case
                        when has_pre_command then pre_command_response_milliseconds
                        else response_milliseconds
                    end <= target_milliseconds
                ),
                0
            ) as bigint
        ) as within_target_from_pre_command_count,
        cast(
            coalesce(
                sum(row_weight) filter (where wan_milliseconds <= round_trip_target_milliseconds),
                0
            ) as bigint
        ) as within_round_trip_target_count,
        cast(coalesce(sum(row_weight) filter (where is_sent_to_wan), 0) as bigint)
            as wan_sent_count,
        cast(coalesce(sum(row_weight) filter (where wan_milliseconds is not null), 0) as bigint)
            as wan_return_count,
        cast(
            coalesce(
                sum(row_weight) filter (where wan_milliseconds * proxy_factor <= proxy_limit), 0
            ) as bigint
        ) as alert_proxy_within_count,
        cast(
            coalesce(
                sum(row_weight) filter (
                    where wan_milliseconds * wan_share_factor <= wan_share_limit
                ),
                0
            ) as bigint
        ) as alert_proxy_within_wan_share_count,
        cast(coalesce(sum(row_weight * wan_milliseconds), 0) as bigint) as wan_milliseconds
    from timed
    group by
        submission_number,
        request_date,
        service_reference_variant,
        mode,
        region,
        device_type,
        response_code,
        has_target
),

final as (
    {{ with_submission_keys('grouped') }}
)

select * from final
