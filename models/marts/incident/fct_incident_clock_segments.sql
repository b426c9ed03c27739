{# CPM 4, 5, 5A: only time for which the DCC or its providers hold the Incident counts. #}
with

states as (
    select *
    from {{ ref('int_incident_states_ordered') }}
),

resolutions as (
    select
        incident_id,
        last_active_state_number
    from {{ ref('int_incidents_resolved') }}
),

clock as (
    select as_of_at
    from {{ ref('int_reporting_clock') }}
),

segments as (
    select
        states.*,
        coalesce(states.next_state_at, clock.as_of_at) as ended_at
    from states
    inner join resolutions
        on
            states.incident_id = resolutions.incident_id
            and states.state_number <= resolutions.last_active_state_number
    cross join clock
),

measured as (
    select
        *,
        clock_state = 'running' as is_counted,
        {{ dbt.datediff('state_at', 'ended_at', 'second') }}
            as elapsed_seconds
    from segments
    where state_at < ended_at
),

final as (
    select
        incident_id,
        cast(state_number as integer) as segment_number,
        cast(clock_state as varchar) as reason,
        status,
        status_reason,
        organisation,
        incident_category,
        cast(elapsed_seconds as bigint) as elapsed_seconds,
        is_counted,
        state_at as started_at,
        ended_at
    from measured
)

select * from final
