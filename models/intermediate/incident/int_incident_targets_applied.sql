-- One row per Incident: the times that its category sets it, in seconds, and in Working Days where they are a variant.
with

incidents as (
    select
        incident_id,
        incident_category,
        exclusion_reason,
        logged_at,
        cast({{ to_local('logged_at', var('working_day_timezone')) }} as date) as logged_date
    from {{ ref('int_incidents_classified') }}
),

target_times as (
    select
        *,
        {{ seconds_in('target_value', 'target_unit') }} as target_seconds
    from {{ ref('incident_target_times') }}
),

calendar_dates as (
    select
        calendar,
        calendar_date,
        working_day_number
    from {{ ref('int_calendar_dates_numbered') }}
),

working_days as (
    select
        calendar,
        calendar_date,
        working_day_number
    from {{ ref('int_working_days_numbered') }}
),

targets as (
    select
        incidents.incident_id,
        incidents.logged_date,
        target_times.target_kind,
        target_times.target_basis,
        target_times.target_seconds,
        '{{ var("working_day_calendar") }}' as calendar,
        case
            when target_times.target_basis = 'working_days' then target_times.target_value
        end as target_working_days
    from incidents
    inner join target_times
        on
            incidents.incident_category = target_times.incident_category
            and incidents.logged_date >= target_times.valid_from
            and incidents.logged_date < coalesce(target_times.valid_to, date '9999-12-31')
    where incidents.exclusion_reason is null
),

final as (
    select
        targets.incident_id,
        max(targets.target_seconds) filter (
            where targets.target_kind = 'resolution' and targets.target_basis = 'elapsed'
        ) as target_seconds,
        max(targets.target_seconds) filter (
            where targets.target_kind = 'initial_response'
        ) as response_target_seconds,
        max(due.calendar_date) as working_days_due_date
    from targets
    {{ join_working_day_after(
        due='due',
        calendar='targets.calendar',
        start_date='targets.logged_date',
        working_days='targets.target_working_days',
        join='left'
    ) }}
    group by targets.incident_id
)

select * from final
