{{ config(group='firmware') }}
-- By month and provider: updates received = activated + failed + open + expired + superseded + re-
-- sent + duplicate, and likewise activations. The left side is counted from staging, where no rule
-- has been applied yet: a row lost in the matching or counted twice shows here. Look at the joins
-- of int_firmware_events_paired and int_firmware_events.
with

submissions as (
    select *
    from {{ ref('int_submissions_current') }}
),

received as (
    select
        staged.provider,
        {{ reporting_month_of('staged.sent_at') }} as event_month,
        'update' as event_kind,
        sum({{ list_length('staged.device_ids') }}) as event_count
    from {{ ref('stg_dsp__update_firmware_requests') }} as staged
    inner join submissions
        on staged.submission_key = submissions.submission_key
    group by staged.provider, event_month
    union all
    select
        staged.provider,
        {{ reporting_month_of('staged.requested_at') }} as event_month,
        kinds.event_kind,
        count(*) as event_count
    from {{ ref('stg_providers__firmware_requests') }} as staged
    inner join submissions
        on staged.submission_key = submissions.submission_key
    inner join (
        -- An 11.4 is an update and an activation.
        values
        ('11.1', 'update'),
        ('11.3', 'activation'),
        ('11.4', 'update'),
        ('11.4', 'activation')
    ) as kinds (service_reference_variant, event_kind)
        on staged.service_reference_variant = kinds.service_reference_variant
    group by staged.provider, event_month, kinds.event_kind
    union all
    -- A hub's request to activate is told by what it came to, where that is told.
    select
        staged.provider,
        {{ reporting_month_of('staged.step_at') }} as event_month,
        'update' as event_kind,
        count(*) as event_count
    from {{ ref('stg_providers__comms_hub_firmware') }} as staged
    inner join submissions
        on staged.submission_key = submissions.submission_key
    where staged.hub_step = 'SENT'
    group by staged.provider, event_month
    union all
    select
        steps.provider,
        {{ reporting_month_of('steps.step_at') }} as event_month,
        'activation' as event_kind,
        count(*) as event_count
    from (
        select
            submissions.provider,
            paired.step_at
        from {{ ref('int_firmware_hub_steps_paired') }} as paired
        inner join submissions
            on paired.submission_key = submissions.submission_key
        where paired.event_kind = 'activation'
    ) as steps
    group by steps.provider, event_month
),

told as (
    select
        provider,
        {{ reporting_month_of('happened_at') }} as event_month,
        event_kind,
        count(*) as event_count,
        count(*) filter (
            where event_kind = 'update' and match_status in (
                'activated', 'activation_failed', 'update_failed', 'open', 'expired',
                'superseded', 'resent', 'duplicate'
            )
            or event_kind = 'activation' and match_status in (
                'activated', 'activation_failed', 'activation_repeated',
                'activation_without_update', 'activation_before_update', 'duplicate'
            )
        ) as status_count
    from {{ ref('int_firmware_events') }}
    group by provider, event_month, event_kind
)

select
    coalesce(received.provider, told.provider) as provider,
    coalesce(received.event_month, told.event_month) as event_month,
    coalesce(received.event_kind, told.event_kind) as event_kind,
    received.event_count as received_count,
    told.event_count,
    told.status_count
from received
full join told
    on
        received.provider = told.provider
        and received.event_month = told.event_month
        and received.event_kind = told.event_kind
where
    received.event_count is distinct from told.event_count
    or told.status_count is distinct from told.event_count
