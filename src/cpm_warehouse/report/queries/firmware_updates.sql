-- Which devices are in the cell, under their pseudonyms, and what became of each?
select
    device_key,
    event_kind,
    match_status,
    outcome_name,
    failure_name,
    failed_attempt_count,
    seconds_to_activate,
    image_name,
    provider,
    happened_at,
    updated_at,
    activated_at,
    followed_up_until,
    submission_key
from marts.fct_firmware_updates
where
    duplicate_kind is null
    and date_trunc('month', happened_at) = $reporting_month
    and region = $region
    and device_type = $device_type
    and manufacturer = $manufacturer
    and coalesce(version_before, 'Unknown') = $version_before
    and coalesce(version_after, 'Unknown') = $version_after
order by happened_at, device_key, image_name
