{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#matching; FIR-04 -#}
{# One request, device and time of sending with two images or two answers: both rows are kept, and
   somebody should ask the DSP. Only requests that stand in two rows are taken apart. #}
with

requests as (
    select *
    from {{ ref('stg_dsp__update_firmware_requests') }}
),

current_requests as (
    select
        requests.request_id,
        requests.sent_at,
        requests.device_ids,
        submissions.submission_key,
        coalesce(requests.image_hash, requests.firmware_version, 'none') as image_name,
        coalesce(requests.response_code, 'none') as response_code
    from requests
    {{ current_submissions_only('update_firmware_requests', 'requests', 'submissions') }}
),

repeated as (
    select
        request_id,
        sent_at
    from current_requests
    group by request_id, sent_at
    having count(*) > 1
),

listed as (
    select
        current_requests.request_id,
        current_requests.sent_at,
        current_requests.submission_key,
        current_requests.image_name,
        current_requests.response_code,
        {{ explode_list('current_requests.device_ids') }} as device_id
    from current_requests
    inner join repeated
        on
            current_requests.request_id = repeated.request_id
            and current_requests.sent_at = repeated.sent_at
),

final as (
    select
        request_id,
        device_id,
        sent_at,
        count(distinct image_name) as image_count,
        count(distinct response_code) as response_count,
        min(submission_key) as first_submission_key,
        max(submission_key) as last_submission_key
    from listed
    group by request_id, device_id, sent_at
    having count(distinct image_name) > 1 or count(distinct response_code) > 1
)

select * from final
