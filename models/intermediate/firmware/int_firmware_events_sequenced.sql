{# Each update and activation with what stands before and after it: of the same device and image, and
   of the same device. At one instant an update stands before an activation. #}
{{ config(materialized='table') }}
with

updates as (
    select *
    from {{ ref('int_firmware_updates_listed') }}
),

activations as (
    select *
    from {{ ref('int_firmware_activations_listed') }}
),

events as (
    select
        device_number,
        happened_at,
        'update' as event_kind,
        origin,
        outcome,
        outcome_name,
        reported_device_type,
        is_resubmitted,
        request_key,
        {{ text_key('image_name') }} as image_key,
        {{ text_key('submission_key') }} as submission_number,
        image_name is not null as is_image_named
    from updates
    union all by name
    select
        device_number,
        happened_at,
        'activation' as event_kind,
        origin,
        outcome,
        outcome_name,
        reported_device_type,
        false as is_resubmitted,
        cast(null as ubigint) as request_key,
        {{ text_key('image_name') }} as image_key,
        {{ text_key('submission_key') }} as submission_number,
        image_name is not null as is_image_named
    from activations
),

flagged as (
    select
        *,
        case
            when event_kind = 'update' and not is_resubmitted and is_image_named then happened_at
        end as updated_at,
        case
            when event_kind = 'activation' and outcome = 'success' and is_image_named
                then happened_at
        end as succeeded_at,
        case
            when event_kind = 'activation' and outcome = 'success' then image_key
        end as succeeded_image_key
    from events
),

final as (
    select
        device_number,
        image_key,
        event_kind,
        origin,
        outcome,
        outcome_name,
        reported_device_type,
        request_key,
        submission_number,
        is_resubmitted,
        happened_at,
        lead(happened_at) over by_image as next_event_at,
        lead(event_kind) over by_image as next_event_kind,
        lead(origin) over by_image as next_origin,
        lead(request_key) over by_image as next_request_key,
        max(updated_at) over image_history as latest_updated_at,
        min(updated_at) over image_history as first_updated_at,
        max(succeeded_at) over image_history as latest_succeeded_at,
        min(updated_at) over image_future as next_updated_at,
        min(succeeded_at) over image_future as next_succeeded_at,
        max(succeeded_at) over history as device_succeeded_at,
        {{ last_known('succeeded_image_key') }} as device_succeeded_image_key,
        min(updated_at) over device_future as next_device_updated_at
    from flagged
    window
        by_image as (
            partition by device_number, image_key
            order by happened_at, event_kind desc, origin, request_key, submission_number
        ),
        image_history as (
            partition by device_number, image_key
            order by happened_at, event_kind desc, origin, request_key, submission_number
            rows between unbounded preceding and 1 preceding
        ),
        image_future as (
            partition by device_number, image_key
            order by happened_at, event_kind desc, origin, request_key, submission_number
            rows between 1 following and unbounded following
        ),
        history as (
            partition by device_number
            order by happened_at, event_kind desc, origin, request_key, submission_number
            rows between unbounded preceding and 1 preceding
        ),
        device_future as (
            partition by device_number
            order by happened_at, event_kind desc, origin, request_key, submission_number
            rows between 1 following and unbounded following
        )
)

select * from final
