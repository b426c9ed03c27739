-- Which updates or activations does a result of CPM 6A, 6B or 6C rest on, where does each lie, and
-- as what does it count? An event that several rows tell stands at the first of them.
with

bases as (
    select
        bases.measure_id,
        bases.reporting_month,
        bases.region,
        bases.basis
    from intermediate.int_measure_bases_decided as bases
    inner join reference.scenarios as scenarios
        on bases.scenario_id = scenarios.scenario_id
    where scenarios.is_published
),

events as (
    select
        judged.*,
        case
            when judged.exclusion_reason is not null then judged.exclusion_reason
            when judged.is_excepted then 'allowed_exception'
            when judged.is_met then 'met'
            else 'missed'
        end as counted_as,
        judged.exclusion_reason is null and not judged.is_excepted as is_counted
    from intermediate.int_firmware_events_judged as judged
    inner join bases
        on
            judged.measure_id = bases.measure_id
            and judged.reporting_month = bases.reporting_month
            and judged.region = bases.region
            and judged.basis = bases.basis
    where
        ($measure_id is null or judged.measure_id = $measure_id)
        and ($variant_id is null or judged.variant_id = $variant_id)
        and ($reporting_month is null or judged.reporting_month = $reporting_month)
        and ($submission_key is null or judged.submission_key = $submission_key)
        and $event_id is null
),

told as (
    select
        submission_key,
        device_id,
        requested_at as happened_at,
        source_file,
        source_row
    from staging.stg_providers__firmware_requests
    union all
    select
        submission_key,
        device_id,
        step_at as happened_at,
        source_file,
        source_row
    from staging.stg_providers__comms_hub_firmware
    union all
    select
        submission_key,
        unnest(device_ids) as device_id,
        sent_at as happened_at,
        source_file,
        source_row
    from staging.stg_dsp__update_firmware_requests
),

numbered as (
    select
        submission_key,
        coalesce(
            try_cast(concat('0x', replace(device_id, '-', '')) as ubigint), hash(device_id)
        ) as device_number,
        happened_at,
        source_file,
        source_row
    from told
    where $submission_key is null or submission_key = $submission_key
),

placed as (
    select
        submission_key,
        device_number,
        happened_at,
        arg_min(source_file, row(source_file, source_row)) as source_file,
        arg_min(source_row, row(source_file, source_row)) as source_row,
        coalesce(bool_or(source_file = $source_file and source_row = $source_row), false)
            as is_asked
    from numbered
    group by submission_key, device_number, happened_at
)

select
    events.measure_id,
    events.variant_id,
    events.reporting_month,
    events.region,
    events.provider,
    events.basis,
    cast(null as varchar) as event_id,
    events.happened_at,
    events.counted_as,
    1000 * events.seconds_to_activate as took_milliseconds,
    cast(null as bigint) as target_milliseconds,
    cast(events.is_counted and coalesce(events.is_met, false) as bigint) as met_count,
    cast(events.is_counted as bigint) as total_count,
    cast(not events.is_counted as bigint) as excluded_count,
    events.submission_key,
    placed.source_file,
    placed.source_row
from events
left join placed
    on
        events.submission_key = placed.submission_key
        and events.device_number = placed.device_number
        and events.happened_at = placed.happened_at
where
    (
        $source_row is null
        or placed.is_asked
    )
    and (
        $scope_type is null
        or $scope_type = 'national'
        or ($scope_type = 'region' and events.region = $scope)
        or ($scope_type = 'provider' and events.provider = $scope)
    )
order by
    events.submission_key,
    placed.source_file,
    placed.source_row,
    events.happened_at,
    events.measure_id,
    events.variant_id
