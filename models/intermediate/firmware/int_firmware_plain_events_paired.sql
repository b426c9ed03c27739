{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#matching; FIR-15 -#}
{# The short cut: what int_firmware_events_paired says, for devices with one update and one
   activation of one image at most. `test_firmware_order.py` holds it to that. #}
with

events as (
    select *
    from {{ ref('int_firmware_events_united') }}
),

devices as (
    select *
    from {{ ref('int_firmware_plain_devices') }}
),

with_the_other as (
    select
        events.*,
        case when events.event_kind = 'activation' then devices.updated_at end
            as other_updated_at,
        case when events.event_kind = 'update' then devices.succeeded_at end
            as other_succeeded_at,
        case when events.event_kind = 'update' then devices.failed_at end as other_failed_at,
        devices.failure_key
    from events
    inner join devices
        on events.device_number = devices.device_number
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
        cast(null as {{ dbt.type_string() }}) as duplicate_kind,
        case when other_failed_at >= happened_at then failure_key end as failure_key,
        case when other_failed_at >= happened_at then 1 else 0 end as failed_attempt_count,
        case when other_succeeded_at < happened_at then image_key end
            as device_succeeded_image_key,
        happened_at,
        case when other_succeeded_at >= happened_at then other_succeeded_at end as activated_at,
        case when other_failed_at >= happened_at then other_failed_at end as first_failed_at,
        case when event_kind = 'update' then happened_at end as first_updated_at,
        case when other_updated_at <= happened_at then other_updated_at end as latest_updated_at,
        case when other_updated_at > happened_at then other_updated_at end as next_updated_at,
        case when other_updated_at > happened_at then other_updated_at end
            as next_device_updated_at,
        case
            when other_succeeded_at >= happened_at then other_succeeded_at
            when other_failed_at >= happened_at then other_failed_at
        end as next_tried_at,
        case when other_succeeded_at < happened_at then other_succeeded_at end
            as latest_succeeded_at,
        case when other_succeeded_at < happened_at then other_succeeded_at end
            as device_succeeded_at,
        known_until_at
    from with_the_other
)

select * from final
