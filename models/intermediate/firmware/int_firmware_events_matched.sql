{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#matching; FIR-02, FIR-03, FIR-04, FIR-05, FIR-06,
    FIR-15, FIR-18 -#}
{# An activation belongs to the latest update of its image before it; an update has at most the
   first success before the next update of that image. At one instant an update stands before an activation;
   where a copy of a row follows, the copy counts; of copies that differ in outcome alone, the failure. #}
{{ config(materialized='table') }}
{# Words are numbers where rows are many; `int_firmware_events` gives the words. #}
{% set event_kinds = ['activation', 'update'] %}
{% set origins = ['csp', 'dsp', 's1sp'] %}
{% set outcomes = ['failure', 'success'] %}
{% set match_statuses = [
    'activated', 'activation_before_update', 'activation_failed', 'activation_repeated',
    'activation_without_update', 'duplicate', 'expired', 'open', 'resent', 'superseded', 'update_failed',
] %}
with

updates as (
    select *
    from {{ ref('int_firmware_updates') }}
),

activations as (
    select *
    from {{ ref('int_firmware_activations') }}
),

time_limits as (
    select
        limit_id,
        valid_from,
        valid_to,
        {{ seconds_in('limit_value', 'limit_unit') }} as limit_seconds
    from {{ ref('firmware_time_limits') }}
),

submissions as (
    select
        {{ text_key('submission_key') }} as submission_number,
        reporting_month,
        known_until_at
    from {{ ref('int_firmware_submissions') }}
),

events as (
    select
        device_number,
        happened_at,
        {{ enumerated("'update'", event_kinds) }} as event_kind,
        {{ enumerated('origin', origins) }} as origin,
        {{ enumerated('outcome', outcomes) }} as outcome,
        case when outcome_name is not null then {{ text_key('outcome_name') }} end as outcome_key,
        reported_device_type,
        request_key,
        {{ text_key('image_name') }} as image_key,
        {{ text_key('submission_key') }} as submission_number,
        image_name is not null as is_image_named
    from updates
    union all
    select
        device_number,
        happened_at,
        {{ enumerated("'activation'", event_kinds) }} as event_kind,
        {{ enumerated('origin', origins) }} as origin,
        {{ enumerated('outcome', outcomes) }} as outcome,
        case when outcome_name is not null then {{ text_key('outcome_name') }} end as outcome_key,
        reported_device_type,
        cast(null as ubigint) as request_key,
        {{ text_key('image_name') }} as image_key,
        {{ text_key('submission_key') }} as submission_number,
        image_name is not null as is_image_named
    from activations
),

grouped as (
    select
        device_number,
        count(*) as event_count,
        min(happened_at) filter (where event_kind = 'update') as updated_at,
        min(happened_at) filter (where event_kind = 'activation') as tried_at,
        min(outcome_key) filter (where event_kind = 'activation' and outcome = 'failure')
            as failure_key,
        min(image_key) = max(image_key)
        and bool_and(is_image_named) as is_of_one_image
    from events
    group by device_number
),

-- Plain is a device whose rows are one update, one activation, or one of each.
devices as (
    select
        *,
        is_of_one_image
        and event_count
        = case when updated_at is null then 0 else 1 end
        + case when tried_at is null then 0 else 1 end as is_plain
    from grouped
),

-- Most devices have one update and one activation of one image: two instants say all of them, and
-- only the devices with more need to be put in order.
plain as (
    select
        events.device_number,
        events.image_key,
        events.event_kind,
        events.origin,
        events.outcome,
        events.outcome_key,
        events.reported_device_type,
        events.submission_number,
        events.happened_at,
        cast(events.happened_at as date) as happened_on,
        case when events.event_kind = 'activation' then devices.updated_at end
            as other_updated_at,
        case when events.event_kind = 'update' then devices.tried_at end as other_tried_at,
        case
            when events.event_kind = 'update' and devices.failure_key is null then devices.tried_at
        end as other_succeeded_at,
        case
            when
                events.event_kind = 'update'
                and devices.failure_key is not null
                and devices.tried_at >= events.happened_at
                then devices.tried_at
        end as first_failed_at,
        devices.failure_key
    from events
    inner join devices
        on events.device_number = devices.device_number
    where devices.is_plain
),

plainly_matched as (
    select
        device_number,
        image_key,
        event_kind,
        origin,
        outcome,
        outcome_key,
        reported_device_type,
        submission_number,
        happened_at,
        happened_on,
        cast(null as {{ dbt.type_string() }}) as duplicate_kind,
        case when other_updated_at <= happened_at then other_updated_at end as latest_updated_at,
        case when other_updated_at > happened_at then other_updated_at end as next_updated_at,
        case when other_updated_at > happened_at then other_updated_at end
            as next_device_updated_at,
        case when other_tried_at >= happened_at then other_tried_at end as next_tried_at,
        case when other_succeeded_at < happened_at then other_succeeded_at end
            as latest_succeeded_at,
        case when other_succeeded_at < happened_at then other_succeeded_at end
            as device_succeeded_at,
        case when other_succeeded_at < happened_at then image_key end
            as device_succeeded_image_key,
        case when other_succeeded_at >= happened_at then other_succeeded_at end as activated_at,
        first_failed_at,
        case when first_failed_at is not null then failure_key end as failure_key,
        case when first_failed_at is not null then 1 else 0 end as failed_attempt_count,
        cast(null as timestamp) as first_updated_at
    from plain
),

others as (
    select
        events.*,
        submissions.reporting_month,
        cast(events.happened_at as date) as happened_on,
        case
            when events.event_kind = 'update' and events.is_image_named then events.happened_at
        end as updated_at,
        case when events.event_kind = 'activation' then events.happened_at end as tried_at,
        case
            when
                events.event_kind = 'activation'
                and events.outcome = 'success'
                and events.is_image_named
                then events.happened_at
        end as succeeded_at,
        case
            when events.event_kind = 'activation' and events.outcome = 'success'
                then events.image_key
        end as succeeded_image_key
    from events
    inner join devices
        on events.device_number = devices.device_number
    left join submissions
        on events.submission_number = submissions.submission_number
    where not devices.is_plain
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
    from others
),

sequenced as (
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
        updated_at,
        happened_at,
        happened_on,
        place,
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
        max_by(
            succeeded_image_key, case when succeeded_image_key is not null then place end
        ) over device_past as device_succeeded_image_key,
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
),

event_dates as (
    select distinct cast(happened_at as date) as happened_on
    from events
),

-- Limits by date: events are joined by an equal column, where a range would sort them all.
dated_limits as (
    select
        event_dates.happened_on,
        max(time_limits.limit_seconds) filter (where time_limits.limit_id = 'follow_up')
            as follow_up_seconds,
        max(time_limits.limit_seconds) filter (where time_limits.limit_id = 'same_update')
            as same_update_seconds
    from event_dates
    left join time_limits
        on {{ is_valid('time_limits', 'event_dates.happened_on') }}
    group by event_dates.happened_on
),

paired as (
    select
        sequenced.*,
        case
            when
                sequenced.next_event_kind = sequenced.event_kind
                and sequenced.next_event_at = sequenced.happened_at
                and sequenced.next_origin = sequenced.origin
                and sequenced.next_request_key = sequenced.request_key
                then 'resubmitted'
            when
                sequenced.next_event_kind = sequenced.event_kind
                and sequenced.next_event_at = sequenced.happened_at
                and sequenced.next_origin = sequenced.origin
                and coalesce(sequenced.next_request_key, sequenced.request_key) is null
                then 'copied'
            when
                sequenced.event_kind = 'update'
                and sequenced.origin = 'dsp'
                and sequenced.next_event_kind = 'update'
                and sequenced.next_origin = 's1sp'
                and sequenced.next_event_at
                <= {{ add_seconds('sequenced.happened_at', 'dated_limits.same_update_seconds') }}
                then 'mirrored'
        end as duplicate_kind,
        case
            when
                sequenced.event_kind = 'update'
                and (
                    sequenced.next_updated_at is null
                    or sequenced.next_succeeded_at < sequenced.next_updated_at
                )
                then sequenced.next_succeeded_at
        end as activated_at
    from sequenced
    left join dated_limits
        on sequenced.happened_on = dated_limits.happened_on
),

failures as (
    select
        device_number,
        image_key,
        latest_updated_at as updated_at,
        min(happened_at) as first_failed_at,
        max_by(outcome_key, place) as failure_key,
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

matched as (
    select
        device_number,
        image_key,
        event_kind,
        origin,
        outcome,
        outcome_key,
        reported_device_type,
        submission_number,
        happened_at,
        happened_on,
        duplicate_kind,
        latest_updated_at,
        next_updated_at,
        next_device_updated_at,
        next_tried_at,
        latest_succeeded_at,
        device_succeeded_at,
        device_succeeded_image_key,
        activated_at,
        first_failed_at,
        failure_key,
        failed_attempt_count,
        first_updated_at
    from plainly_matched
    union all
    select
        counting.device_number,
        counting.image_key,
        counting.event_kind,
        counting.origin,
        counting.outcome,
        counting.outcome_key,
        counting.reported_device_type,
        counting.submission_number,
        counting.happened_at,
        counting.happened_on,
        counting.duplicate_kind,
        counting.latest_updated_at,
        counting.next_updated_at,
        counting.next_device_updated_at,
        counting.next_tried_at,
        counting.latest_succeeded_at,
        counting.device_succeeded_at,
        counting.device_succeeded_image_key,
        counting.activated_at,
        failures.first_failed_at,
        failures.failure_key,
        coalesce(failures.failed_attempt_count, 0) as failed_attempt_count,
        first_sendings.first_updated_at
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
),

limited as (
    select
        matched.*,
        -- That the row is there says what was known when it happened.
        greatest(submissions.known_until_at, matched.happened_at) as known_until_at,
        {{ add_seconds('matched.happened_at', 'dated_limits.follow_up_seconds') }}
            as followed_up_until
    from matched
    left join submissions
        on matched.submission_number = submissions.submission_number
    left join dated_limits
        on matched.happened_on = dated_limits.happened_on
),

told as (
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
            when
                event_kind = 'activation'
                and latest_succeeded_at >= latest_updated_at
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
        case
            when event_kind = 'activation' then null
            when latest_succeeded_at is null and first_updated_at < happened_at
                then first_updated_at
            else happened_at
        end as first_updated_at,
        latest_updated_at,
        next_updated_at,
        next_device_updated_at,
        next_tried_at,
        latest_succeeded_at,
        device_succeeded_at,
        followed_up_until,
        known_until_at
    from told
)

select * from final
