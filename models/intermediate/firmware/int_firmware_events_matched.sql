{# An activation belongs to the latest update of its image before it; an update has at most the
   first success before the next update of that image. At one instant an update stands before an activation;
   where a copy of a row follows, the copy counts. #}
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

time_limits as (
    select
        limit_id,
        valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to,
        {{ seconds_in('limit_value', 'limit_unit') }} as limit_seconds
    from {{ ref('firmware_time_limits') }}
),

clock as (
    select as_of_at
    from {{ ref('int_reporting_clock') }}
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

sequenced as (
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
            order by
                happened_at asc,
                event_kind desc,
                origin asc,
                request_key asc,
                submission_number asc
        ),
        image_history as (
            partition by device_number, image_key
            order by
                happened_at asc,
                event_kind desc,
                origin asc,
                request_key asc,
                submission_number asc
            rows between unbounded preceding and 1 preceding
        ),
        image_future as (
            partition by device_number, image_key
            order by
                happened_at asc,
                event_kind desc,
                origin asc,
                request_key asc,
                submission_number asc
            rows between 1 following and unbounded following
        ),
        history as (
            partition by device_number
            order by
                happened_at asc,
                event_kind desc,
                origin asc,
                request_key asc,
                submission_number asc
            rows between unbounded preceding and 1 preceding
        ),
        -- By time, not by row: a copy of the row itself is no later image.
        device_future as (
            partition by device_number
            order by happened_at
            range between interval 1 microsecond following and unbounded following
        )
),

limited as (
    select
        sequenced.*,
        clock.as_of_at,
        {{ add_seconds('sequenced.happened_at', 'follow_up.limit_seconds') }} as followed_up_until,
        {{ add_seconds('sequenced.happened_at', 'same_update.limit_seconds') }} as same_update_until
    from sequenced
    cross join clock
    left join time_limits as follow_up
        on
            follow_up.limit_id = 'follow_up'
            and sequenced.happened_at >= follow_up.valid_from
            and sequenced.happened_at < follow_up.valid_to
    left join time_limits as same_update
        on
            same_update.limit_id = 'same_update'
            and sequenced.happened_at >= same_update.valid_from
            and sequenced.happened_at < same_update.valid_to
),

paired as (
    select
        *,
        case
            when is_resubmitted then 'resubmitted'
            when
                next_event_kind = event_kind
                and next_event_at = happened_at
                and next_origin = origin
                and coalesce(next_request_key, 0) = coalesce(request_key, 0)
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
        max_by(outcome_name, happened_at) as failure_name,
        count(*) as failed_attempt_count
    from paired
    where
        event_kind = 'activation'
        and outcome = 'failure'
        and latest_updated_at is not null
        and duplicate_kind is null
    group by device_number, image_key, latest_updated_at
),

-- A join by equal columns alone is hashed; a condition on one side only makes it a nested loop.
counting as (
    select
        *,
        case when event_kind = 'update' and duplicate_kind is null then happened_at end
            as counting_updated_at
    from paired
),

matched as (
    select
        counting.*,
        failures.failure_name,
        failures.first_failed_at,
        coalesce(failures.failed_attempt_count, 0) as failed_attempt_count
    from counting
    left join failures
        on
            counting.device_number = failures.device_number
            and counting.image_key = failures.image_key
            and counting.counting_updated_at = failures.updated_at
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
        submission_number,
        duplicate_kind,
        case
            when duplicate_kind is not null then 'duplicate'
            when event_kind = 'activation' and latest_updated_at is null
                then
                    case
                        when next_updated_at is null then 'activation_without_update'
                        else 'activation_before_update'
                    end
            when event_kind = 'activation' and outcome = 'failure' then 'activation_failed'
            when
                event_kind = 'activation'
                and latest_succeeded_at >= latest_updated_at
                and latest_succeeded_at < happened_at
                then 'activation_repeated'
            when event_kind = 'activation' then 'activated'
            when activated_at <= followed_up_until then 'activated'
            when activated_at > followed_up_until then 'expired'
            when next_updated_at is not null then 'resent'
            when first_failed_at <= followed_up_until then 'activation_failed'
            when outcome = 'failure' then 'update_failed'
            when next_device_updated_at <= followed_up_until then 'superseded'
            when as_of_at > followed_up_until then 'expired'
            else 'open'
        end as match_status,
        failure_name,
        failed_attempt_count,
        device_succeeded_image_key,
        latest_succeeded_at is not null as was_activated_before,
        happened_at,
        activated_at,
        case
            when event_kind = 'activation' then null
            when latest_succeeded_at is null then coalesce(first_updated_at, happened_at)
            else happened_at
        end as first_updated_at,
        latest_updated_at,
        next_updated_at,
        next_device_updated_at,
        device_succeeded_at,
        followed_up_until
    from matched
)

select * from final
