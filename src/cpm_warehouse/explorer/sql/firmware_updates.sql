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
    updated_at,
    activated_at,
    followed_up_until,
    submission_key
from marts.fct_firmware_updates
where
    duplicate_kind is null
    and date_trunc('month', coalesce(updated_at, activated_at)) = $reporting_month
    and region = $region
    and device_type = $device_type
    and manufacturer = $manufacturer
    and coalesce(version_before, 'unknown') = $version_before
    and coalesce(version_after, 'unknown') = $version_after
order by updated_at, device_key
