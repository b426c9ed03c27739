{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#matching; FIR-05, FIR-06, FIR-07, FIR-21, FIR-22
    -#}
{# What became of each update and activation: the first status that is true. #}
{% set match_statuses = [
    'activated', 'activation_before_update', 'activation_failed', 'activation_repeated',
    'activation_without_update', 'duplicate', 'expired', 'open', 'resent', 'superseded', 'update_failed',
] %}
with

paired as (
    select *
    from {{ ref('int_firmware_events_paired') }}
),

plainly_paired as (
    select *
    from {{ ref('int_firmware_plain_events_paired') }}
),

follow_ups as (
    select
        valid_from,
        valid_to,
        {{ seconds_in('limit_value', 'limit_unit') }} as limit_seconds
    from {{ ref('firmware_time_limits') }}
    where limit_id = 'follow_up'
),

events as (
    select
        device_number,
        image_key,
        event_kind,
        origin,
        outcome,
        outcome_key,
        reported_device_type,
        submission_number,
        duplicate_kind,
        failure_key,
        failed_attempt_count,
        device_succeeded_image_key,
        happened_at,
        activated_at,
        first_failed_at,
        first_updated_at,
        latest_updated_at,
        next_updated_at,
        next_device_updated_at,
        next_tried_at,
        latest_succeeded_at,
        device_succeeded_at,
        known_until_at
    from paired
    union all
    select
        device_number,
        image_key,
        event_kind,
        origin,
        outcome,
        outcome_key,
        reported_device_type,
        submission_number,
        duplicate_kind,
        failure_key,
        failed_attempt_count,
        device_succeeded_image_key,
        happened_at,
        activated_at,
        first_failed_at,
        first_updated_at,
        latest_updated_at,
        next_updated_at,
        next_device_updated_at,
        next_tried_at,
        latest_succeeded_at,
        device_succeeded_at,
        known_until_at
    from plainly_paired
),

limited as (
    select
        events.*,
        {{ add_seconds('events.happened_at', 'follow_ups.limit_seconds') }} as followed_up_until
    from events
    left join follow_ups
        on {{ is_valid('follow_ups', 'events.happened_at') }}
),

with_status as (
    select
        *,
        case
            when duplicate_kind is not null then 'duplicate'
            when event_kind = 'activation' and latest_updated_at is null
                then
                    case
                        when next_updated_at is null then 'activation_without_update'
                        else 'activation_before_update'
                    end
            when event_kind = 'activation' and outcome = 'failure' then 'activation_failed'
            when event_kind = 'activation' and latest_succeeded_at >= latest_updated_at
                then 'activation_repeated'
            when event_kind = 'activation' then 'activated'
            when activated_at <= followed_up_until then 'activated'
            when activated_at > followed_up_until then 'expired'
            when next_updated_at is not null then 'resent'
            when first_failed_at <= followed_up_until then 'activation_failed'
            when outcome = 'failure' then 'update_failed'
            when next_device_updated_at <= followed_up_until then 'superseded'
            when known_until_at > followed_up_until then 'expired'
            else 'open'
        end as match_status
    from limited
),

final as (
    select
        device_number,
        image_key,
        event_kind,
        origin,
        outcome,
        outcome_key,
        reported_device_type,
        submission_number,
        {{ enumerated('duplicate_kind', ['copied', 'mirrored', 'resubmitted']) }} as duplicate_kind,
        {{ enumerated('match_status', match_statuses) }} as match_status,
        failure_key,
        failed_attempt_count,
        device_succeeded_image_key,
        happened_at,
        activated_at,
        first_updated_at,
        latest_updated_at,
        next_updated_at,
        next_device_updated_at,
        next_tried_at,
        latest_succeeded_at,
        device_succeeded_at,
        followed_up_until,
        known_until_at
    from with_status
)

select * from final
