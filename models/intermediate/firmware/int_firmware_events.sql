{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#matching; FIR-05, FIR-06, FIR-07, FIR-10, FIR-12,
    FIR-21, FIR-22 -#}
{# Version before: the device's latest activation, or the inventory of a later month's end. An
   update whose version the inventory shows, when no activation was received, was activated (when exactly is not known),
   and a later sending of the same image is one of its own. #}
{{ config(materialized='table') }}
with

events as (
    select
        *,
        case event_kind when 'update' then next_updated_at else next_tried_at end as shown_until
    from {{ ref('int_firmware_events_matched') }}
),

devices as (
    select *
    from {{ ref('int_firmware_devices_dated') }}
),

images as (
    select *
    from {{ ref('int_firmware_images') }}
),

outcomes as (
    select *
    from {{ ref('int_firmware_outcome_names') }}
),

submissions as (
    select
        submission_key,
        provider,
        {{ text_key('submission_key') }} as submission_number
    from {{ ref('int_submissions_current') }}
),

described as (
    select
        events.*,
        submissions.submission_key,
        submissions.provider,
        devices.manufacturer,
        devices.model,
        devices.device_number is null as is_unknown_device,
        outcomes.outcome_name,
        failures.outcome_name as failure_name,
        images.image_name,
        images.firmware_version as version_after,
        coalesce(images.is_unknown_image, true) as is_unknown_image,
        coalesce(devices.device_type, events.reported_device_type, {{ unknown() }}) as device_type,
        coalesce(
            devices.generation,
            case events.origin when 's1sp' then 'SMETS1' when 'csp' then 'SMETS2' end,
            {{ unknown() }}
        ) as generation,
        -- What counts at its instant: of two sendings at one, the other is sent again at once.
        case
            when
                events.duplicate_kind is null
                and (events.event_kind = 'update' or events.outcome = 'failure')
                and coalesce(events.shown_until > events.happened_at, true)
                then events.happened_at
        end as shown_from,
        coalesce(devices.region, {{ unknown() }}) as region,
        devices.s1sp,
        coalesce(
            case
                when
                    events.device_succeeded_at
                    >= coalesce(devices.stood_at, events.device_succeeded_at)
                    then activated_images.firmware_version
            end,
            case when events.happened_at >= devices.stood_at then devices.firmware_version end,
            activated_images.firmware_version
        ) as version_before
    from events
    inner join submissions
        on events.submission_number = submissions.submission_number
    left join devices
        on
            events.device_number = devices.device_number
            and events.happened_at >= devices.described_from
            and events.happened_at < devices.described_to
    left join outcomes
        on events.outcome_key = outcomes.outcome_key
    left join outcomes as failures
        on events.failure_key = failures.outcome_key
    left join images
        on events.image_key = images.image_key
    left join images as activated_images
        on events.device_succeeded_image_key = activated_images.image_key
),

shown_by_inventory as (
    select
        described.device_number,
        described.image_key,
        described.event_kind,
        described.shown_from,
        min(devices.stood_at) as inventory_shown_at
    from described
    inner join devices
        on
            described.device_number = devices.device_number
            and described.version_after = devices.firmware_version
            and described.shown_from < devices.stood_at
    where
        described.activated_at is null
        and coalesce(devices.stood_at <= described.shown_until, true)
        and described.latest_succeeded_at is null
        and described.version_before is distinct from described.version_after
    group by
        described.device_number,
        described.image_key,
        described.event_kind,
        described.shown_from
),

first_shown as (
    select
        device_number,
        image_key,
        min(inventory_shown_at) as first_shown_at
    from shown_by_inventory
    where event_kind = 'update'
    group by device_number, image_key
),

final as (
    select
        described.device_number,
        described.image_key,
        cast(described.event_kind as {{ dbt.type_string() }}) as event_kind,
        cast(described.origin as {{ dbt.type_string() }}) as origin,
        described.provider,
        described.submission_key,
        described.image_name,
        described.device_type,
        described.generation,
        described.region,
        described.s1sp,
        described.manufacturer,
        described.model,
        described.version_before,
        described.version_after,
        cast(described.duplicate_kind as {{ dbt.type_string() }}) as duplicate_kind,
        case
            when described.event_kind = 'activation' then described.match_status
            when shown_by_inventory.inventory_shown_at <= described.followed_up_until
                then 'activated'
            when shown_by_inventory.inventory_shown_at > described.followed_up_until
                then 'expired'
            else described.match_status
        end as match_status,
        case
            when described.activated_at is not null then 'reported'
            when described.event_kind = 'activation' and described.outcome = 'success'
                then 'reported'
            when described.event_kind = 'activation' then null
            when shown_by_inventory.inventory_shown_at is not null then 'inventory'
        end as activation_evidence,
        cast(described.outcome as {{ dbt.type_string() }}) as outcome,
        described.outcome_name,
        described.failure_name,
        described.failed_attempt_count,
        described.is_unknown_device,
        described.is_unknown_image,
        described.happened_at,
        case
            when
                described.event_kind = 'update'
                and described.happened_at >= first_shown.first_shown_at
                then described.happened_at
            else described.first_updated_at
        end as first_updated_at,
        described.latest_updated_at,
        described.activated_at,
        case when described.match_status = 'superseded' then described.next_device_updated_at end
            as superseded_at,
        shown_by_inventory.inventory_shown_at,
        described.followed_up_until,
        described.known_until_at,
        described.next_tried_at,
        described.latest_succeeded_at
    from described
    left join shown_by_inventory
        on
            described.device_number = shown_by_inventory.device_number
            and described.image_key = shown_by_inventory.image_key
            and described.event_kind = shown_by_inventory.event_kind
            and described.shown_from = shown_by_inventory.shown_from
    left join first_shown
        on
            described.device_number = first_shown.device_number
            and described.image_key = first_shown.image_key
)

select * from final
