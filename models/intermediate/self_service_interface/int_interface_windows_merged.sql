{#- CPM 6: docs/measures/cpm_6.md#formula; RES-07, SSI-01 -#}
{# Windows that overlap or meet become one, so that a minute that two outages share out between them
   is a complete one, and no minute counts twice. #}
with

outages as (
    select *
    from {{ ref('int_interface_outages') }}
),

exceptions as (
    select *
    from {{ ref('int_allowed_exceptions') }}
    where
        measure_id = 'CPM_6'
        and window_started_at is not null
),

windows as (
    select
        'unavailable' as window_kind,
        outage_started_at as started_at,
        outage_ended_at as ended_at
    from outages
    union all
    select
        'agreed_maintenance' as window_kind,
        outage_started_at as started_at,
        outage_ended_at as ended_at
    from outages
    where is_agreed_maintenance
    union all
    select
        'excepted' as window_kind,
        window_started_at as started_at,
        window_ended_at as ended_at
    from exceptions
),

reached as (
    select
        *,
        max(ended_at) over (
            partition by window_kind
            order by started_at, ended_at
            rows between unbounded preceding and 1 preceding
        ) as reached_at
    from windows
),

numbered as (
    select
        *,
        sum(case when started_at <= reached_at then 0 else 1 end) over (
            partition by window_kind
            order by started_at, ended_at
            rows between unbounded preceding and current row
        ) as window_number
    from reached
),

final as (
    select
        window_kind,
        min(started_at) as started_at,
        max(ended_at) as ended_at
    from numbered
    group by window_kind, window_number
)

select * from final
