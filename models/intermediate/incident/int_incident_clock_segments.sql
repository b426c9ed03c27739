{#- CPM 4, 5, 5A: docs/measures/cpm_4_5_5a.md#clock; INC-01, INC-04, INC-20 -#}
{# CPM 4, 5, 5A: only time for which the DCC or its providers hold the Incident counts. #}
{% set fields = ['status', 'status_reason', 'organisation', 'incident_category'] %}
with

states as (
    select *
    from {{ ref('int_incident_states_judged') }}
),

resolutions as (
    select
        incident_id,
        last_active_state_number,
        known_until_at
    from {{ ref('int_incidents_resolved') }}
),

segments as (
    select
        states.*,
        coalesce(states.next_state_at, resolutions.known_until_at) as ended_at
    from states
    inner join resolutions
        on
            states.incident_id = resolutions.incident_id
            and states.state_number <= resolutions.last_active_state_number
),

measured as (
    select
        *,
        clock_state = 'running' as is_counted,
        {{ seconds_between('state_at', 'ended_at') }} as elapsed_seconds
    from segments
    where state_at < ended_at
),

final as (
    select
        incident_id,
        state_number as segment_number,
        clock_state as reason,
        {% for field in fields %}
            nullif({{ field }}, '') as {{ field }},
        {% endfor %}
        elapsed_seconds,
        is_counted,
        state_at as started_at,
        ended_at
    from measured
)

select * from final
