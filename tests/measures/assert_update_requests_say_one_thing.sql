{{ config(group='firmware', severity='warn', error_if='>100') }}
-- One request, device and time of sending is told with two images or two response codes: each
-- content counts as an update. Ask the DSP which is right, naming the submissions of the row; that
-- of the wrong one wants a correction.
select
    request_id,
    sent_at,
    first_submission_key,
    last_submission_key,
    count(*) as device_count
from {{ ref('int_firmware_requests_contradicted') }}
group by request_id, sent_at, first_submission_key, last_submission_key
