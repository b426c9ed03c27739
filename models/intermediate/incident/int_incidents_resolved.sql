{# The clock stops at the last Resolved that was not re-opened; what the Incident was at that
   instant (its category, who held it) is what it is measured by, and what came after, such as
   closing it, is not. #}
with

states as (
    select *
    from {{ ref('int_incident_states_ordered') }}
),

codes as (
    select
        code,
        code_number
    from {{ ref('int_incident_codes_numbered') }}
),

ends as (
    select
        incident_id,
        max(state_number) as last_state_number,
        max_by(clock_state, state_number) as last_clock_state,
        coalesce(
            max(state_number) filter (where clock_state not in ('stopped', 'cancelled')), 0
        ) as last_active_state_number,
        min_by(incident_category_number, state_number)
        filter (where incident_category_number != 0) as logging_category_number
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

final as (
    select
        ends.incident_id,
        ends.last_active_state_number,
        coalesce(reopened.reopen_count, 0) as reopen_count,
        logging_categories.code as incident_category_at_logging,
        categories.code as incident_category,
        organisations.code as organisation,
        measured_states.party_kind,
        'cancelled' in (ends.last_clock_state, measured_states.clock_state) as is_cancelled,
        case
            when ends.last_active_state_number < ends.last_state_number
                then measured_states.state_at
        end as ended_at
    from ends
    left join reopened
        on ends.incident_id = reopened.incident_id
    inner join states as measured_states
        on
            ends.incident_id = measured_states.incident_id
            and least(ends.last_active_state_number + 1, ends.last_state_number)
            = measured_states.state_number
    left join codes as logging_categories
        on ends.logging_category_number = logging_categories.code_number
    left join codes as categories
        on measured_states.incident_category_number = categories.code_number
    left join codes as organisations
        on measured_states.organisation_number = organisations.code_number
)

select * from final
