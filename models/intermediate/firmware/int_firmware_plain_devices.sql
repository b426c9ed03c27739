{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#matching; FIR-15 -#}
{# Most devices have one update and one activation of one image: two instants say all of them, and
   only the devices with more need to be put in order. #}
{{ config(materialized='table') }}
with

events as (
    select *
    from {{ ref('int_firmware_events_united') }}
),

final as (
    select
        device_number,
        min(happened_at) filter (where event_kind = 'update') as updated_at,
        min(happened_at) filter (where event_kind = 'activation' and outcome = 'success')
            as succeeded_at,
        min(happened_at) filter (where event_kind = 'activation' and outcome = 'failure')
            as failed_at,
        min(outcome_key) filter (where event_kind = 'activation' and outcome = 'failure')
            as failure_key
    from events
    group by device_number
    having
        count(*) filter (where event_kind = 'update') <= 1
        and count(*) filter (where event_kind = 'activation') <= 1
        and count(*) = count(image_key)
        and min(image_key) = max(image_key)
)

select * from final
