-- The default readings of CPM 6A, 6B and 6C counted a second time, from staging, by the text of
-- devices and images and by pairs that exist or do not, where the models number and walk along
-- windows. A slip in them (an activation given to an earlier update, an image mistaken, a re-
-- sending counted twice) leaves a plausible percentage. What to look at: one month that differs;
-- its rows in int_firmware_events.
with

submissions as (
    select submission_key
    from {{ ref('int_submissions_current') }}
),

limits as (
    select
        max(limit_value) filter (where limit_id = 'follow_up') as follow_up_days,
        max(limit_value) filter (where limit_id = 'same_update') as same_update_hours
    from {{ ref('firmware_time_limits') }}
),

inventory as (
    select
        device_id,
        device_type,
        generation,
        firmware_version,
        cast(concat(period, '-01') as timestamp) + interval 1 month as stood_at
    from {{ ref('stg_dsp__device_inventory') }}
    where submission_key in (select submissions.submission_key from submissions)
),

devices as (
    select
        device_id,
        stood_at,
        min(device_type) as device_type,
        max(generation) as generation
    from inventory
    group by device_id, stood_at
),

s1sp as (
    select distinct
        device_id,
        device_type,
        service_reference_variant,
        image_hash as image,
        requested_at,
        outcome_code
    from {{ ref('stg_providers__firmware_requests') }}
    where submission_key in (select submissions.submission_key from submissions)
),

hubs as (
    select distinct
        device_id,
        coalesce(image_hash, firmware_version) as image,
        hub_step,
        step_at
    from {{ ref('stg_providers__comms_hub_firmware') }}
    where submission_key in (select submissions.submission_key from submissions)
),

successes as (
    select
        device_id,
        image,
        requested_at as succeeded_at
    from s1sp
    where
        service_reference_variant in ('11.3', '11.4')
        and outcome_code = '0'
    union
    select
        device_id,
        image,
        step_at as succeeded_at
    from hubs
    where hub_step = 'ACTIVATED'
),

dsp_requests as (
    select distinct
        requests.image_hash,
        requests.sent_at,
        {{ explode_list('requests.device_ids') }} as device_id
    from {{ ref('stg_dsp__update_firmware_requests') }} as requests
    where requests.submission_key in (select submissions.submission_key from submissions)
),

told as (
    select
        s1sp.device_id,
        s1sp.image,
        s1sp.requested_at as sent_at,
        s1sp.device_type,
        'SMETS1' as generation,
        s1sp.outcome_code = '0' as is_updated
    from s1sp
    where s1sp.service_reference_variant in ('11.1', '11.4')
    union all
    select
        hubs.device_id,
        hubs.image,
        hubs.step_at as sent_at,
        'CHF' as device_type,
        'SMETS2' as generation,
        null as is_updated
    from hubs
    where hubs.hub_step = 'SENT'
    union all
    select
        dsp_requests.device_id,
        dsp_requests.image_hash as image,
        dsp_requests.sent_at,
        null as device_type,
        'unknown' as generation,
        null as is_updated
    from dsp_requests
    where
        not exists (
            select 1
            from s1sp
            cross join limits
            where
                s1sp.device_id = dsp_requests.device_id
                and s1sp.image = dsp_requests.image_hash
                and s1sp.service_reference_variant in ('11.1', '11.4')
                and s1sp.requested_at >= dsp_requests.sent_at
                and s1sp.requested_at
                <= dsp_requests.sent_at + limits.same_update_hours * interval 1 hour
        )
),

names as (
    select
        image_hash as image,
        firmware_version
    from {{ ref('stg_dsp__central_products_list') }}
    union
    select
        firmware_version as image,
        firmware_version
    from {{ ref('stg_dsp__central_products_list') }}
),

shown as (
    select
        told.device_id,
        told.image,
        told.sent_at,
        min(inventory.stood_at) as shown_at
    from told
    inner join names
        on told.image = names.image
    inner join inventory
        on
            told.device_id = inventory.device_id
            and names.firmware_version = inventory.firmware_version
            and told.sent_at < inventory.stood_at
    where
        not exists (
            select 1
            from inventory as earlier
            where
                earlier.device_id = told.device_id
                and earlier.stood_at <= told.sent_at
                and earlier.firmware_version = names.firmware_version
        )
        and not exists (
            select 1
            from successes
            where
                successes.device_id = told.device_id
                and successes.image = told.image
                and successes.succeeded_at < told.sent_at
        )
    group by told.device_id, told.image, told.sent_at
),

-- An entry describes a device from its month's end on, the first one from the beginning.
described as (
    select
        events.device_id,
        events.happened_at,
        coalesce(
            max(devices.stood_at) filter (where devices.stood_at <= events.happened_at),
            min(devices.stood_at)
        ) as stood_at
    from (
        select
            device_id,
            sent_at as happened_at
        from told
        union
        select
            device_id,
            requested_at as happened_at
        from s1sp
    ) as events
    inner join devices
        on events.device_id = devices.device_id
    group by events.device_id, events.happened_at
),

known as (
    select
        described.device_id,
        described.happened_at,
        devices.device_type,
        devices.generation
    from described
    inner join devices
        on
            described.device_id = devices.device_id
            and described.stood_at = devices.stood_at
),

updates as (
    select
        told.device_id,
        told.image,
        told.sent_at,
        told.is_updated,
        coalesce(known.device_type, told.device_type) as device_type,
        coalesce(known.generation, told.generation) as generation,
        (
            select min(later.sent_at)
            from told as later
            where
                later.device_id = told.device_id
                and later.image = told.image
                and later.sent_at > told.sent_at
        ) as sent_again_at,
        (
            select min(successes.succeeded_at)
            from successes
            where
                successes.device_id = told.device_id
                and successes.image = told.image
                and successes.succeeded_at >= told.sent_at
        ) as next_success_at,
        shown.shown_at
    from told
    left join known
        on
            told.device_id = known.device_id
            and told.sent_at = known.happened_at
    left join shown
        on
            told.device_id = shown.device_id
            and told.image = shown.image
            and told.sent_at = shown.sent_at
),

ended as (
    select
        updates.*,
        date_trunc('month', updates.sent_at) as reporting_month,
        coalesce(
            updates.next_success_at
            < coalesce(updates.sent_again_at, timestamp '9999-12-31'),
            false
        )
        or coalesce(
            updates.shown_at <= coalesce(updates.sent_again_at, timestamp '9999-12-31'),
            false
        ) as is_taken,
        coalesce(
            least(
                case
                    when
                        updates.next_success_at
                        < coalesce(updates.sent_again_at, timestamp '9999-12-31')
                        then updates.next_success_at
                end,
                case
                    when
                        updates.shown_at
                        <= coalesce(updates.sent_again_at, timestamp '9999-12-31')
                        then updates.shown_at
                end
            )
            <= updates.sent_at + limits.follow_up_days * interval 1 day,
            false
        ) as is_activated
    from updates
    cross join limits
),

counted as (
    select *
    from ended
    where
        is_taken
        or sent_again_at is null
),

failed_hubs as (
    select distinct
        hubs.device_id,
        hubs.image
    from hubs
    where hubs.hub_step in ('FAILED', 'ACTIVATION_REQUESTED')
),

superseded as (
    select
        counted.device_id,
        counted.image,
        counted.sent_at
    from counted
    where
        not counted.is_activated
        and exists (
            select 1
            from told as later
            where
                later.device_id = counted.device_id
                and later.image != counted.image
                and later.sent_at > counted.sent_at
        )
        and not exists (
            select 1
            from s1sp
            where
                s1sp.device_id = counted.device_id
                and s1sp.image = counted.image
                and s1sp.outcome_code is distinct from '0'
        )
        and not exists (
            select 1
            from failed_hubs
            where
                failed_hubs.device_id = counted.device_id
                and failed_hubs.image = counted.image
        )
),

recounted as (
    select
        'CPM_6A' as measure_id,
        counted.reporting_month,
        count(*) filter (where counted.is_activated) as met_count,
        count(*) as total_count
    from counted
    where
        counted.device_type = 'CHF'
        and counted.generation in ('SMETS1', 'SMETS2')
        and (counted.device_id, counted.image, counted.sent_at) not in (
            select
                superseded.device_id,
                superseded.image,
                superseded.sent_at
            from superseded
        )
    group by counted.reporting_month
    union all
    select
        'CPM_6B' as measure_id,
        counted.reporting_month,
        count(*) filter (where coalesce(counted.is_updated, false) or counted.is_activated)
            as met_count,
        count(*) as total_count
    from counted
    where
        counted.device_type in ('CHF', 'ESME', 'GSME', 'PPMID')
        and counted.generation = 'SMETS1'
    group by counted.reporting_month
    union all
    select
        'CPM_6C' as measure_id,
        date_trunc('month', s1sp.requested_at) as reporting_month,
        count(*) filter (where s1sp.outcome_code = '0') as met_count,
        count(*) as total_count
    from s1sp
    left join known
        on
            s1sp.device_id = known.device_id
            and s1sp.requested_at = known.happened_at
    where
        s1sp.service_reference_variant in ('11.3', '11.4')
        and coalesce(known.device_type, s1sp.device_type)
        in ('CHF', 'ESME', 'GSME', 'PPMID')
    group by date_trunc('month', s1sp.requested_at)
),

results as (
    select
        measure_id,
        reporting_month,
        met_count_before_exceptions as met_count,
        total_count_before_exceptions as total_count
    from {{ ref('fct_measure_results') }}
    where
        measure_id in ('CPM_6A', 'CPM_6B', 'CPM_6C')
        and is_default
        and scope_type = 'national'
        and aggregation = 'pooled'
        and basis = 'measured'
)

select
    results.measure_id,
    results.reporting_month,
    results.met_count,
    results.total_count,
    recounted.met_count as recounted_met_count,
    recounted.total_count as recounted_total_count
from results
full join recounted
    on
        results.measure_id = recounted.measure_id
        and results.reporting_month = recounted.reporting_month
where
    results.met_count is distinct from coalesce(recounted.met_count, 0)
    or results.total_count is distinct from coalesce(recounted.total_count, 0)
