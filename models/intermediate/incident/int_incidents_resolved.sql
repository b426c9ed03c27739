{#- CPM 4, 5, 5A: docs/measures/cpm_4_5_5a.md#clock; INC-14, INC-17, INC-19, RES-10 -#}
{# The clock stops at the last Resolved that was not re-opened; what the Incident was at that
   instant (its category, who held it) is what it is measured by, and what came after, such as
   closing it, is not. Being cancelled is the exception: it counts whenever it came. #}
with

states as (
    select *
    from {{ ref('int_incident_states_judged') }}
),

-- The export says which Incidents are open.
clock as (
    select date_trunc('second', min(known_until_at)) as known_until_at
    from {{ ref('int_extract_clocks') }}
    where extract = 'remedy_incidents'
),

ends as (
    select
        incident_id,
        max(state_number) as last_state_number,
        max(state_at) as last_state_at,
        coalesce(
            max(state_number) filter (where clock_state not in ('stopped', 'cancelled')), 0
        ) as last_active_state_number,
        max(state_at) filter (where clock_state not in ('stopped', 'cancelled')) as last_active_at,
        coalesce(
            max(state_number) filter (where clock_state = 'cancelled' or was_cancelled), 0
        ) as last_cancelled_state_number,
        min_by(incident_category, state_number)
        filter (where incident_category != '') as incident_category_at_logging
    from states
    group by incident_id
),

reopened as (
    select
        stopped.incident_id,
        count(*) as reopen_count
    from states as stopped
    inner join states as next_states
        on
            stopped.incident_id = next_states.incident_id
            and stopped.state_number + 1 = next_states.state_number
    where
        stopped.clock_state = 'stopped'
        and next_states.clock_state not in ('stopped', 'cancelled')
    group by stopped.incident_id
),

measured as (
    select
        ends.incident_id,
        ends.last_active_state_number,
        ends.last_active_at,
        ends.last_state_at,
        ends.incident_category_at_logging,
        nullif(measured_states.incident_category, '') as incident_category,
        nullif(measured_states.organisation, '') as organisation,
        measured_states.party_kind,
        ends.last_cancelled_state_number > ends.last_active_state_number as is_cancelled,
        case
            when ends.last_active_state_number < ends.last_state_number
                then measured_states.state_at
        end as ended_at
    from ends
    inner join states as measured_states
        on
            ends.incident_id = measured_states.incident_id
            and least(ends.last_active_state_number + 1, ends.last_state_number)
            = measured_states.state_number
),

final as (
    select
        measured.incident_id,
        measured.last_active_state_number,
        coalesce(reopened.reopen_count, 0) as reopen_count,
        measured.incident_category_at_logging,
        measured.incident_category,
        measured.organisation,
        measured.party_kind,
        measured.is_cancelled,
        measured.last_active_at,
        measured.ended_at,
        coalesce(
            measured.ended_at,
            greatest(clock.known_until_at, measured.last_state_at)
        ) as known_until_at
    from measured
    cross join clock
    left join reopened
        on measured.incident_id = reopened.incident_id
)

select * from final
