{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#matching; FIR-02, FIR-18 -#}
{# An activation belongs to the latest update of its image before it; an update has at most the
   first success before the next update of that image. #}
with

events as (
    select *
    from {{ ref('int_firmware_event_neighbours') }}
),

same_updates as (
    select
        valid_from,
        valid_to,
        {{ seconds_in('limit_value', 'limit_unit') }} as limit_seconds
    from {{ ref('firmware_time_limits') }}
    where limit_id = 'same_update'
),

limited as (
    select
        events.*,
        {{ add_seconds('events.happened_at', 'same_updates.limit_seconds') }} as same_update_until
    from events
    left join same_updates
        on {{ is_valid('same_updates', 'events.happened_at') }}
),

paired as (
    select
        *,
        case
            when
                next_event_kind = event_kind
                and next_event_at = happened_at
                and next_origin = origin
                and next_request_key = request_key
                then 'resubmitted'
            when
                next_event_kind = event_kind
                and next_event_at = happened_at
                and next_origin = origin
                and coalesce(next_request_key, request_key) is null
                then 'copied'
            when
                event_kind = 'update'
                and origin = 'dsp'
                and next_event_kind = 'update'
                and next_origin = 's1sp'
                and next_event_at <= same_update_until
                then 'mirrored'
        end as duplicate_kind,
        case
            when
                event_kind = 'update'
                and (next_updated_at is null or next_succeeded_at < next_updated_at)
                then next_succeeded_at
        end as activated_at
    from limited
),

failures as (
    select
        device_number,
        image_key,
        latest_updated_at as updated_at,
        min(happened_at) as first_failed_at,
        max_by(outcome_key, place) filter (where outcome_key is not null) as failure_key,
        count(*) as failed_attempt_count
    from paired
    where
        event_kind = 'activation'
        and outcome = 'failure'
        and latest_updated_at is not null
        and duplicate_kind is null
    group by device_number, image_key, latest_updated_at
),

-- A row of the DSP that the S1SP tells too is no sending of its own: the first is one that counts.
first_sendings as (
    select
        device_number,
        image_key,
        min(updated_at) as first_updated_at
    from paired
    where duplicate_kind is null
    group by device_number, image_key
),

-- A join by equal columns alone is hashed; a condition on one side only makes it a nested loop.
counting as (
    select
        *,
        case when event_kind = 'update' and duplicate_kind is null then happened_at end
            as counting_updated_at
    from paired
),

final as (
    select
        counting.device_number,
        counting.image_key,
        counting.event_kind,
        counting.origin,
        counting.outcome,
        counting.outcome_key,
        counting.reported_device_type,
        counting.submission_number,
        counting.duplicate_kind,
        failures.failure_key,
        coalesce(failures.failed_attempt_count, 0) as failed_attempt_count,
        counting.device_succeeded_image_key,
        counting.happened_at,
        counting.activated_at,
        failures.first_failed_at,
        case
            when counting.event_kind = 'activation' then null
            when
                counting.latest_succeeded_at is null
                and first_sendings.first_updated_at < counting.happened_at
                then first_sendings.first_updated_at
            else counting.happened_at
        end as first_updated_at,
        counting.latest_updated_at,
        counting.next_updated_at,
        counting.next_device_updated_at,
        counting.next_tried_at,
        counting.latest_succeeded_at,
        counting.device_succeeded_at,
        counting.known_until_at
    from counting
    left join first_sendings
        on
            counting.device_number = first_sendings.device_number
            and counting.image_key = first_sendings.image_key
    left join failures
        on
            counting.device_number = failures.device_number
            and counting.image_key = failures.image_key
            and counting.counting_updated_at = failures.updated_at
)

select * from final
