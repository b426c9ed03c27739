{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#matching; FIR-02, FIR-03, FIR-04, FIR-25 -#}
{# At one instant an update stands before an activation; of copies of a row the last counts, and the
   failure where they differ in outcome alone. int_firmware_plain_devices need no order. #}
with

events as (
    select *
    from {{ ref('int_firmware_events_united') }}
),

plain_devices as (
    select device_number
    from {{ ref('int_firmware_plain_devices') }}
),

marked as (
    select
        *,
        case when event_kind = 'update' and image_key is not null then happened_at end
            as updated_at,
        case when event_kind = 'activation' then happened_at end as tried_at,
        case
            when event_kind = 'activation' and outcome = 'success' and image_key is not null
                then happened_at
        end as succeeded_at,
        -- A success may name no image: 0 stands for that, so that it hides the image before it.
        case when event_kind = 'activation' and outcome = 'success' then coalesce(image_key, 0) end
            as succeeded_image_key
    from events
    where not exists (
        select 1
        from plain_devices
        where plain_devices.device_number = events.device_number
    )
),

-- One order for every window below: were ties broken by each for itself, one row could be both
-- the copy and what counts. It ends with every column: rows that it leaves equal are equal. Of
-- copies the last counts: a failure before a success, and the earliest month that has it.
placed as (
    select
        *,
        row_number() over (
            partition by device_number
            order by
                happened_at asc,
                event_kind desc,
                origin asc,
                outcome desc nulls first,
                outcome_key asc nulls first,
                request_key asc nulls first,
                reporting_month desc nulls first,
                submission_number asc,
                reported_device_type asc nulls first,
                image_key asc nulls first
        ) as place
    from marked
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
        request_key,
        submission_number,
        happened_at,
        known_until_at,
        place,
        updated_at,
        lead(happened_at) over by_image as next_event_at,
        lead(event_kind) over by_image as next_event_kind,
        lead(origin) over by_image as next_origin,
        lead(request_key) over by_image as next_request_key,
        max(updated_at) over image_history as latest_updated_at,
        max(succeeded_at) over image_past as latest_succeeded_at,
        min(updated_at) over image_future as next_updated_at,
        min(succeeded_at) over image_future as next_succeeded_at,
        min(tried_at) over image_future as next_tried_at,
        max(succeeded_at) over device_past as device_succeeded_at,
        nullif(
            max_by(
                succeeded_image_key, case when succeeded_image_key is not null then place end
            ) over device_past,
            0
        ) as device_succeeded_image_key,
        min(updated_at) over device_future as next_device_updated_at
    from placed
    window
        by_image as (
            partition by device_number, image_key
            order by place
        ),
        image_history as (
            partition by device_number, image_key
            order by place
            rows between unbounded preceding and 1 preceding
        ),
        image_future as (
            partition by device_number, image_key
            order by place
            rows between 1 following and unbounded following
        ),
        -- By time, not by row: a copy of the row itself is no earlier success and no later image.
        image_past as (
            partition by device_number, image_key
            order by happened_at
            range between unbounded preceding and interval 1 microsecond preceding
        ),
        device_past as (
            partition by device_number
            order by happened_at
            range between unbounded preceding and interval 1 microsecond preceding
        ),
        device_future as (
            partition by device_number
            order by happened_at
            range between interval 1 microsecond following and unbounded following
        )
)

select * from final
