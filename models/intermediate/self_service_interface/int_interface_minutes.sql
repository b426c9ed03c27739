{#- CPM 6: docs/measures/cpm_6.md#formula; SSI-01 -#}
{# Complete minutes only: a minute that a window covers in part is not of that window. #}
with

windows as (
    select *
    from {{ ref('int_interface_windows_merged') }}
),

bounds as (
    select
        window_kind,
        case
            when date_trunc('minute', started_at) = started_at then started_at
            else {{ add_seconds("date_trunc('minute', started_at)", 60) }}
        end as first_minute,
        {{ add_seconds("date_trunc('minute', ended_at)", -60) }} as last_minute
    from windows
),

minutes as (
    select
        window_kind,
        {{ explode_minutes('first_minute', 'last_minute') }} as minute_at
    from bounds
    where first_minute <= last_minute
),

marked as (
    select
        minute_at,
        count(*) filter (where window_kind = 'unavailable') > 0 as is_unavailable,
        count(*) filter (where window_kind = 'agreed_maintenance') > 0 as is_agreed_maintenance,
        count(*) filter (where window_kind = 'excepted') > 0 as is_excepted
    from minutes
    group by minute_at
),

final as (
    select
        minute_at,
        {{ reporting_month_of('minute_at') }} as reporting_month,
        is_agreed_maintenance,
        is_unavailable and not is_agreed_maintenance as is_downtime,
        is_excepted
    from marked
)

select * from final
