{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#matching; FIR-02, FIR-03 -#}
{# Every update, device by device, whoever tells it. The same 11.1 stands in the DSP's list and in
   the S1SP's file of a SMETS1 device: both are listed here, int_firmware_events_paired counts one. #}
with

requests as (
    select *
    from {{ ref('stg_dsp__update_firmware_requests') }}
),

s1sp_requests as (
    select *
    from {{ ref('stg_providers__firmware_requests') }}
),

hub_steps as (
    select *
    from {{ ref('int_firmware_hub_steps_paired') }}
    where event_kind = 'update'
),

request_kinds as (
    select *
    from {{ ref('firmware_request_kinds') }}
    where event_kind in ('update', 'update_and_activation')
),

outcome_codes as (
    select *
    from {{ ref('firmware_outcome_codes') }}
    where event_kind = 'update'
),

response_codes as (
    select *
    from {{ ref('int_duis_response_codes') }}
),

current_requests as (
    select
        requests.device_ids,
        requests.image_hash,
        requests.firmware_version,
        requests.sent_at,
        submissions.submission_key,
        {{ text_key('requests.request_id') }} as request_key,
        -- The DSP takes a request or refuses it; whether its image reached a device it cannot say.
        case
            when response_codes.outcome_class in ('failure', 'communications_failure')
                then 'failure'
        end as outcome,
        case
            when response_codes.outcome_class in ('failure', 'communications_failure')
                then requests.response_code
        end as outcome_name
    from requests
    {{ current_submissions_only('update_firmware_requests', 'requests', 'submissions') }}
    left join response_codes
        on
            requests.response_code = response_codes.response_code
            and {{ is_listed('response_codes', 'requests.sent_at') }}
),

listed_devices as (
    select
        image_hash,
        firmware_version,
        sent_at,
        submission_key,
        request_key,
        outcome,
        outcome_name,
        {{ explode_list('device_ids') }} as device_id
    from current_requests
),

dsp_updates as (
    select
        {{ eui64_number('device_id') }} as device_number,
        coalesce(image_hash, firmware_version) as image_name,
        sent_at as happened_at,
        'dsp' as origin,
        outcome,
        outcome_name,
        cast(null as {{ dbt.type_string() }}) as reported_device_type,
        request_key,
        submission_key
    from listed_devices
),

s1sp_updates as (
    select
        {{ eui64_number('s1sp_requests.device_id') }} as device_number,
        s1sp_requests.image_hash as image_name,
        s1sp_requests.requested_at as happened_at,
        's1sp' as origin,
        -- One request for both does not say at which of them it failed: see its activation.
        case
            when
                request_kinds.event_kind = 'update_and_activation'
                and coalesce(outcome_codes.outcome, 'failure') = 'failure'
                then null
            when s1sp_requests.outcome_code is not null
                then coalesce(outcome_codes.outcome, 'failure')
        end as outcome,
        case
            when
                request_kinds.event_kind = 'update_and_activation'
                and coalesce(outcome_codes.outcome, 'failure') = 'failure'
                then null
            when s1sp_requests.outcome_code is not null
                then coalesce(outcome_codes.outcome_name, 'unknown_code')
        end as outcome_name,
        s1sp_requests.device_type as reported_device_type,
        cast(null as {{ text_key_type() }}) as request_key,
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

csp_updates as (
    select
        {{ eui64_number('device_id') }} as device_number,
        coalesce(image_hash, firmware_version) as image_name,
        step_at as happened_at,
        'csp' as origin,
        outcome,
        failure_code as outcome_name,
        'CHF' as reported_device_type,
        cast(null as {{ text_key_type() }}) as request_key,
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
        request_key,
        submission_key
    from dsp_updates
    union all
    select
        device_number,
        image_name,
        happened_at,
        origin,
        outcome,
        outcome_name,
        reported_device_type,
        request_key,
        submission_key
    from s1sp_updates
    union all
    select
        device_number,
        image_name,
        happened_at,
        origin,
        outcome,
        outcome_name,
        reported_device_type,
        request_key,
        submission_key
    from csp_updates
)

select * from final
