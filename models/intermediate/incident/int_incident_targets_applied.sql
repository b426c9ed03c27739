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
        calendar_date,
        working_day_number
    from {{ ref('dim_calendar_dates') }}
    where calendar = '{{ var("working_day_calendar") }}'
),

working_days as (
    select
        calendar_date,
        working_day_number
    from {{ ref('int_working_days_numbered') }}
    where calendar = '{{ var("working_day_calendar") }}'
),

final as (
    select
        incidents.incident_id,
        max(target_times.target_seconds) filter (
            where target_times.target_kind = 'resolution' and target_times.target_basis = 'elapsed'
        ) as target_seconds,
        max(target_times.target_seconds) filter (
            where target_times.target_kind = 'initial_response'
        ) as response_target_seconds,
        max(working_days.calendar_date) as working_days_due_date
    from incidents
    inner join target_times
        on
            incidents.incident_category = target_times.incident_category
            and incidents.logged_date >= target_times.valid_from
            and incidents.logged_date < coalesce(target_times.valid_to, date '9999-12-31')
    left join calendar_dates
        on incidents.logged_date = calendar_dates.calendar_date
    left join working_days
        on
            target_times.target_basis = 'working_days'
            and calendar_dates.working_day_number + target_times.target_value
            = working_days.working_day_number
    where incidents.exclusion_reason is null
    group by incidents.incident_id
)

select * from final
