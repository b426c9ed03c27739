{#- CPM 1, 2: docs/measures/cpm_1_2.md#in-and-out; CUB-03, SRQ-06 -#}
{# Sent twice: the same originator, target, counter and instant; only the rows are read that landing
   found to share their key with another (LND-63). A final answer stays before an acknowledgement, then the copy without
   success, then the later answered: what stays is told by what it says, not by where it lies. The
   others are listed, for the cubes to subtract; a submission without any has one row of nulls. #}

with

new_submissions as (
    {{ scan_new_submissions('service_requests') }}
),

listed_requests as (
    select staged.*
    from {{ ref('int_service_request_repeats_timed') }} as staged
    where {{ is_in_new_files('service_requests', 'staged') }}
),

response_codes as (
    select
        response_code,
        outcome_class,
        valid_from,
        valid_to
    from {{ ref('int_duis_response_codes') }}
),

outcomes as (
    select
        outcome,
        is_final,
        is_success
    from {{ ref('service_request_outcomes') }}
),

judged as (
    select
        listed_requests.*,
        coalesce(outcomes.is_final, true) as is_final,
        coalesce(outcomes.is_success, false) as is_success
    from listed_requests
    left join response_codes
        on
            listed_requests.response_code = response_codes.response_code
            and {{ is_listed('response_codes', 'listed_requests.request_month') }}
    left join outcomes
        on response_codes.outcome_class = outcomes.outcome
),

repeated as (
    select *
    from judged
    qualify
        row_number() over (
            partition by
                submission_key,
                originator_id,
                target_id,
                originator_counter,
                received_at
            order by
                is_final desc,
                is_success asc,
                responded_at desc nulls first,
                back_from_wan_at desc nulls first,
                sent_to_wan_at desc nulls first,
                execute_at desc nulls first,
                signed_pre_command_received_at asc nulls first,
                response_code asc nulls first,
                service_reference_variant asc nulls last,
                mode asc nulls last,
                region asc nulls last,
                device_type asc nulls last,
                party_id asc nulls last,
                source_file asc,
                source_row asc
        ) > 1
),

final as (
    select
        new_submissions.submission_key,
        new_submissions.scan_key,
        repeated.source_file,
        repeated.source_row,
        repeated.service_reference_variant,
        repeated.mode,
        repeated.party_id,
        repeated.device_type,
        repeated.region,
        repeated.response_code,
        repeated.response_milliseconds,
        repeated.response_milliseconds_from_pre_command,
        repeated.wan_milliseconds,
        repeated.is_responded,
        repeated.is_sent_to_wan,
        repeated.request_date,
        repeated.request_month
    from new_submissions
    left join repeated
        on new_submissions.submission_key = repeated.submission_key
)

select * from final
