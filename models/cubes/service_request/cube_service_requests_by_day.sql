{#- CPM 1, 2: docs/measures/cpm_1_2.md#formula; CUB-08, SRQ-01, SRQ-03 -#}
{# The one scan of Service Requests by day, without party. A request belongs to the day on which it
   was received. On the target counts as met; a request without a response is counted and not met. #}
{% set proxy_limit_columns = [] %}
{% for rule in alert_proxy_rules() %}
    {% do proxy_limit_columns.extend([rule ~ '_factor', rule ~ '_limit']) %}
{% endfor %}
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

proxy_limits as (
    select *
    from {{ ref('int_alert_proxy_limits') }}
),

dated_submissions as (
    select
        *,
        cast(concat(period, '-01') as date) as first_date
    from new_submissions
),

-- What is the same for every request of a submission.
limited_submissions as (
    select
        {% for rule in alert_proxy_rules() %}
            {{ rule }}.round_trip_factor as {{ rule }}_factor,
            {{ rule }}.round_trip_limit as {{ rule }}_limit,
        {% endfor %}
        dated_submissions.*
    from dated_submissions
    {% for rule in alert_proxy_rules() %}
        inner join proxy_limits as {{ rule }}
            on
                {{ rule }}.rule_id = '{{ rule }}'
                and {{ is_valid(rule, 'dated_submissions.first_date') }}
    {% endfor %}
),

requests as (
    {{
        events_counted_once(
            'service_requests',
            ref('int_service_requests_timed'),
            ref('cube_service_request_repeats'),
            [
                'service_reference_variant',
                'mode',
                'device_type',
                'region',
                'response_code',
                'request_date',
                'is_responded',
                'is_sent_to_wan',
                'response_milliseconds',
                'response_milliseconds_from_pre_command',
                'wan_milliseconds',
            ],
            'limited_submissions',
            proxy_limit_columns
        )
    }}
),

submission_targets as (
    select
        dated_submissions.submission_number,
        targets.service_reference_variant,
        targets.mode,
        targets.generation,
        targets.target_milliseconds,
        targets.round_trip_target_milliseconds
    from dated_submissions
    inner join targets
        on {{ is_valid('targets', 'dated_submissions.first_date') }}
),

targeted as (
    select
        requests.*,
        submission_targets.target_milliseconds is not null as has_target,
        submission_targets.target_milliseconds,
        submission_targets.round_trip_target_milliseconds
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
                    where response_milliseconds_from_pre_command <= target_milliseconds
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
        {% for rule in alert_proxy_rules() %}
            cast(
                coalesce(
                    sum(row_weight) filter (
                        where wan_milliseconds * {{ rule }}_factor <= {{ rule }}_limit
                    ),
                    0
                ) as bigint
            ) as alert_proxy_within_{{ rule }}_count,
        {% endfor %}
        cast(coalesce(sum(row_weight * wan_milliseconds), 0) as bigint) as wan_milliseconds
    from targeted
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
    {{ with_submission_keys('grouped', 'new_submissions') }}
)

select * from final
