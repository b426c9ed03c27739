{# CPM 4, 5, 5A: only time for which the DCC or its providers hold the Incident counts. #}
{% set fields = ['status', 'status_reason', 'organisation', 'incident_category'] %}
with

states as (
    select *
    from {{ ref('int_incident_states_ordered') }}
),

resolutions as (
    select
        incident_id,
        last_active_state_number,
        known_until_at
    from {{ ref('int_incidents_resolved') }}
),

codes as (
    select
        code,
        code_number
    from {{ ref('int_incident_codes_numbered') }}
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
        measured.incident_id,
        cast(measured.state_number as integer) as segment_number,
        cast(measured.clock_state as varchar) as reason,
        {% for field in fields %}
            {{ field }}_codes.code as {{ field }},
        {% endfor %}
        cast(measured.elapsed_seconds as bigint) as elapsed_seconds,
        measured.is_counted,
        measured.state_at as started_at,
        measured.ended_at
    from measured
    {% for field in fields %}
        left join codes as {{ field }}_codes
            on measured.{{ field }}_number = {{ field }}_codes.code_number
    {% endfor %}
)

select * from final
