{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#cuts; FIR-16 -#}
{# One pass over the Alerts that keeps the few codes worth watching: the codes are pushed down into
   the scan. A copy of a row is the same Alert. #}
{{ config(materialized='table') }}
with

staged as (
    select *
    from {{ ref('stg_providers__alerts') }}
),

watched as (
    select
        alert_kind,
        alert_code,
        raised_by,
        valid_from,
        valid_to
    from {{ ref('firmware_watched_alerts') }}
),

final as (
    select distinct
        {{ eui64_number('staged.device_id') }} as device_number,
        watched.alert_code,
        watched.raised_by,
        staged.raised_at
    from staged
    inner join watched
        on
            staged.alert_kind = watched.alert_kind
            and staged.alert_code = watched.alert_code
            and {{ is_valid('watched', 'staged.raised_at') }}
    {{ current_submissions_only('alerts', 'staged', 'submissions') }}
    where staged.device_id is not null
)

select * from final
