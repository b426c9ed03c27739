{#- MP122A annex: docs/measures/business_processes.md#formula; CUB-07, SRQ-07 -#}
{# The one scan of Service Requests by month with party. End to end runs from the instant at which
   the clock of the request's mode starts. #}

with

new_submissions as (
    {{ scan_new_submissions('service_requests') }}
),

response_codes as (
    select
        response_code,
        outcome_class,
        valid_from,
        valid_to
    from {{ ref('int_duis_response_codes') }}
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
                'party_id',
                'device_type',
                'region',
                'response_code',
                'request_month',
                'response_milliseconds',
                'wan_milliseconds',
            ],
            'new_submissions'
        )
    }}
),

grouped as (
    select
        submission_number,
        request_month,
        service_reference_variant,
        mode,
        party_id,
        device_type,
        region,
        response_code,
        cast(sum(row_weight) as bigint) as request_count,
        cast(
            coalesce(sum(row_weight) filter (where response_milliseconds is not null), 0) as bigint
        ) as end_to_end_count,
        cast(coalesce(sum(row_weight * response_milliseconds), 0) as bigint)
            as end_to_end_milliseconds,
        cast(coalesce(sum(row_weight) filter (where wan_milliseconds is not null), 0) as bigint)
            as wan_count,
        cast(coalesce(sum(row_weight * wan_milliseconds), 0) as bigint) as wan_milliseconds
    from requests
    group by
        submission_number,
        request_month,
        service_reference_variant,
        mode,
        party_id,
        device_type,
        region,
        response_code
    -- A cell whose rows all repeat a request of another cell has none of its own.
    having sum(row_weight) > 0
),

final as (
    select
        new_submissions.submission_key,
        new_submissions.scan_key,
        grouped.request_month,
        grouped.service_reference_variant,
        grouped.mode,
        grouped.party_id,
        grouped.device_type,
        grouped.region,
        grouped.response_code,
        case
            when response_codes.outcome_class is not null then response_codes.outcome_class
            when grouped.response_code is null then 'no_response'
            else 'unknown_code'
        end as outcome,
        grouped.request_count,
        grouped.end_to_end_count,
        grouped.end_to_end_milliseconds,
        grouped.wan_count,
        grouped.wan_milliseconds
    from grouped
    inner join new_submissions
        on grouped.submission_number = new_submissions.submission_number
    left join response_codes
        on
            grouped.response_code = response_codes.response_code
            and {{ is_listed('response_codes', 'grouped.request_month') }}
)

select * from final
