{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#cuts; FIR-16 -#}
{# Do Alerts follow activations? The hours after are held against as many hours before: power
   outages that an activation causes are the difference, and what fails by chance is in both. #}
with

events as (
    select
        device_number,
        generation,
        device_type,
        outcome,
        happened_at
    from {{ ref('int_firmware_events') }}
    where
        event_kind = 'activation'
        and duplicate_kind is null
),

devices as (
    select
        device_number,
        comms_hub_number,
        described_from,
        described_to
    from {{ ref('int_firmware_devices_dated') }}
),

alerts as (
    select *
    from {{ ref('int_firmware_alerts_watched') }}
),

watched as (
    select
        alert_code,
        raised_by,
        valid_from,
        valid_to
    from {{ ref('firmware_watched_alerts') }}
),

time_limits as (
    select
        valid_from,
        valid_to,
        {{ seconds_in('limit_value', 'limit_unit') }} as limit_seconds
    from {{ ref('firmware_time_limits') }}
    where limit_id = 'power_outage_watch'
),

activations as (
    select
        row_number() over (
            order by
                events.device_number,
                events.happened_at,
                watched.alert_code,
                events.outcome,
                events.generation,
                events.device_type
        ) as activation_number,
        events.generation,
        events.device_type,
        events.outcome,
        events.happened_at,
        watched.alert_code,
        case
            when watched.raised_by = 'device' then events.device_number
            else coalesce(devices.comms_hub_number, events.device_number)
        end as alerting_device_number,
        {{ add_seconds('events.happened_at', '-time_limits.limit_seconds') }} as watched_from,
        {{ add_seconds('events.happened_at', 'time_limits.limit_seconds') }} as watched_until
    from events
    inner join watched
        on {{ is_valid('watched', 'events.happened_at') }}
    inner join time_limits
        on {{ is_valid('time_limits', 'events.happened_at') }}
    left join devices
        on
            events.device_number = devices.device_number
            and events.happened_at >= devices.described_from
            and events.happened_at < devices.described_to
),

alerted as (
    select
        activations.activation_number,
        count(*) filter (where alerts.raised_at < activations.happened_at) as before_count,
        count(*) filter (where alerts.raised_at >= activations.happened_at) as after_count
    from activations
    inner join alerts
        on
            activations.alerting_device_number = alerts.device_number
            and activations.alert_code = alerts.alert_code
            and activations.watched_from < alerts.raised_at
            and activations.watched_until >= alerts.raised_at
    group by activations.activation_number
),

final as (
    select
        {{ reporting_month_of('activations.happened_at') }} as activated_month,
        activations.generation,
        activations.device_type,
        activations.outcome,
        activations.alert_code,
        count(*) as activation_count,
        count(*) filter (where alerted.after_count > 0) as followed_count,
        cast(coalesce(sum(alerted.before_count), 0) as bigint) as alert_before_count,
        cast(coalesce(sum(alerted.after_count), 0) as bigint) as alert_after_count
    from activations
    left join alerted
        on activations.activation_number = alerted.activation_number
    group by
        {{ reporting_month_of('activations.happened_at') }},
        activations.generation,
        activations.device_type,
        activations.outcome,
        activations.alert_code
)

select * from final
