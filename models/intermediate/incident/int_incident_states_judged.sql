{#- CPM 4, 5, 5A: docs/measures/cpm_4_5_5a.md#clock; INC-01, INC-06, INC-20 -#}
{# CPM 4, 5 and 5A: what each state of an Incident does to the clock. Without any audit row all
   elapsed time counts; who holds the Incident is asked before why it is pending. #}
with

states as (
    select *
    from {{ ref('int_incident_states_ordered') }}
),

statuses as (
    select
        status,
        clock_state,
        clock_state in ('stopped', 'cancelled') as is_stopped,
        valid_from,
        valid_to
    from {{ ref('int_incident_statuses') }}
),

status_reasons as (
    select
        status_reason,
        pauses_clock,
        valid_from,
        valid_to
    from {{ ref('int_incident_status_reasons') }}
),

organisations as (
    select
        organisation,
        party_kind,
        is_dcc_responsible,
        valid_from,
        valid_to
    from {{ ref('int_incident_organisations') }}
),

final as (
    select
        states.incident_id,
        states.state_number,
        states.status,
        states.status_reason,
        states.organisation,
        states.incident_category,
        states.was_cancelled,
        states.state_at,
        states.next_state_at,
        coalesce(organisations.party_kind, 'unknown') as party_kind,
        case
            when statuses.is_stopped then statuses.clock_state
            when not states.is_audited then 'running'
            when not organisations.is_dcc_responsible then 'held_by_user'
            when statuses.clock_state = 'pausable' and status_reasons.pauses_clock
                then 'pending_user'
            else 'running'
        end as clock_state
    from states
    left join statuses
        on
            states.status = statuses.status
            and {{ is_listed('statuses', 'states.state_at') }}
    left join status_reasons
        on
            states.status_reason = status_reasons.status_reason
            and {{ is_listed('status_reasons', 'states.state_at') }}
    left join organisations
        on
            states.organisation = organisations.organisation
            and {{ is_listed('organisations', 'states.state_at') }}
)

select * from final
