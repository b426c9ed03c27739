{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#matching; FIR-21, PRI-02 -#}
{# Every update, and every activation that no update stands behind. Devices under a pseudonym. #}
with

events as (
    select *
    from {{ ref('int_firmware_events') }}
    where
        event_kind = 'update'
        or match_status in ('activation_without_update', 'activation_before_update')
),

numbered as (
    select
        *,
        {{ device_key('device_number') }} as device_key,
        case when event_kind = 'update' then happened_at end as updated_at,
        -- A failed activation activated nothing.
        case
            when event_kind = 'update' then activated_at
            when outcome = 'success' then happened_at
        end as known_activated_at
    from events
),

final as (
    select
        device_key,
        image_name,
        event_kind,
        match_status,
        duplicate_kind,
        activation_evidence,
        origin,
        provider,
        submission_key,
        device_type,
        generation,
        region,
        s1sp,
        coalesce(manufacturer, {{ unknown() }}) as manufacturer,
        model,
        version_before,
        version_after,
        outcome,
        outcome_name,
        failure_name,
        cast(failed_attempt_count as integer) as failed_attempt_count,
        cast(
            case
                when event_kind = 'update'
                    then {{ seconds_between('updated_at', 'known_activated_at') }}
            end as bigint
        ) as seconds_to_activate,
        cast(
            case
                when event_kind = 'update'
                    then {{ seconds_between('first_updated_at', 'known_activated_at') }}
            end as bigint
        ) as seconds_since_first_sending,
        is_unknown_device,
        is_unknown_image,
        happened_at,
        updated_at,
        known_activated_at as activated_at,
        case when event_kind = 'update' then inventory_shown_at end as inventory_shown_at,
        case when event_kind = 'update' then followed_up_until end as followed_up_until,
        case when event_kind = 'update' then known_until_at end as known_until_at
    from numbered
)

select * from final
