{#- CPM 4, 5, 5A: docs/measures/cpm_4_5_5a.md#clock; INC-09, INC-22 -#}
{# One row per Incident: the times that its category sets it, in seconds, and in Working Days where
   they are a variant. #}
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
    from {{ ref('int_working_day_calendar') }}
),

working_days as (
    select
        calendar,
        calendar_date,
        working_day_number
    from {{ ref('int_working_day_calendar') }}
    where is_working_day
),

resolution_targets as (
    select *
    from target_times
    where
        target_kind = 'resolution'
        and target_basis = 'elapsed'
),

working_day_targets as (
    select *
    from target_times
    where
        target_kind = 'resolution'
        and target_basis = 'working_days'
),

response_targets as (
    select *
    from target_times
    where target_kind = 'initial_response'
),

targets as (
    select
        incidents.incident_id,
        incidents.logged_date,
        resolution_targets.target_seconds,
        response_targets.target_seconds as response_target_seconds,
        working_day_targets.target_value as target_working_days,
        '{{ var("working_day_calendar") }}' as calendar
    from incidents
    {% for target in ['resolution_targets', 'working_day_targets', 'response_targets'] %}
        left join {{ target }}
            on
                incidents.incident_category = {{ target }}.incident_category
                and {{ is_valid(target, 'incidents.logged_date') }}
    {% endfor %}
    where incidents.exclusion_reason is null
),

final as (
    select
        targets.incident_id,
        targets.target_seconds,
        targets.response_target_seconds,
        due.calendar_date as working_days_due_date
    from targets
    {{ join_working_day_after(
        due='due',
        dates_of='calendar_dates',
        working_days_of='working_days',
        calendar='targets.calendar',
        start_date='targets.logged_date',
        working_days='targets.target_working_days',
        join='left'
    ) }}
)

select * from final
