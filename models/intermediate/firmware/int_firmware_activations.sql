{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#matching; FIR-11, FIR-19, FIR-20 -#}
{# Every activation that names its image: from the S1SPs' 11.3, and 11.4 for a PPMID, and from the
   CSPs' steps. The DSP's own rows of 11.3 carry no hash, so that none can be matched by device and image. #}
with

s1sp_requests as (
    select *
    from {{ ref('stg_providers__firmware_requests') }}
),

hub_steps as (
    select *
    from {{ ref('int_firmware_hub_steps_paired') }}
    where event_kind = 'activation'
),

request_kinds as (
    select *
    from {{ ref('firmware_request_kinds') }}
    where event_kind in ('activation', 'update_and_activation')
),

outcome_codes as (
    select *
    from {{ ref('firmware_outcome_codes') }}
    where event_kind = 'activation'
),

s1sp_activations as (
    select
        {{ eui64_number('s1sp_requests.device_id') }} as device_number,
        s1sp_requests.image_hash as image_name,
        s1sp_requests.requested_at as happened_at,
        's1sp' as origin,
        coalesce(outcome_codes.outcome, 'failure') as outcome,
        case
            when s1sp_requests.outcome_code is null then 'no_answer'
            else coalesce(outcome_codes.outcome_name, 'unknown_code')
        end as outcome_name,
        s1sp_requests.device_type as reported_device_type,
        submissions.submission_key
    from s1sp_requests
    {{ current_submissions_only('firmware_requests', 's1sp_requests', 'submissions') }}
    inner join request_kinds
        on
            s1sp_requests.service_reference_variant = request_kinds.service_reference_variant
            and {{ is_valid('request_kinds', 's1sp_requests.requested_at') }}
    left join outcome_codes
        on
            s1sp_requests.outcome_code = outcome_codes.outcome_code
            and {{ is_valid('outcome_codes', 's1sp_requests.requested_at') }}
),

csp_activations as (
    select
        {{ eui64_number('device_id') }} as device_number,
        coalesce(image_hash, firmware_version) as image_name,
        step_at as happened_at,
        'csp' as origin,
        coalesce(outcome, 'failure') as outcome,
        case
            when outcome = 'success' then 'success'
            when outcome is null then 'no_answer'
            else coalesce(failure_code, 'unknown_code')
        end as outcome_name,
        'CHF' as reported_device_type,
        submission_key
    from hub_steps
),

final as (
    select
        device_number,
        image_name,
        happened_at,
        origin,
        outcome,
        outcome_name,
        reported_device_type,
        submission_key
    from s1sp_activations
    union all
    select
        device_number,
        image_name,
        happened_at,
        origin,
        outcome,
        outcome_name,
        reported_device_type,
        submission_key
    from csp_activations
)

select * from final
