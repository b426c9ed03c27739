{# The history of each Incident as the states that it went through: the first from what the first
   change of each field says was there before, then one per change. Ends and re-opens that only the
   export shows come from its dates. Without any audit row all elapsed time counts. #}
{% set fields = ['status', 'status_reason', 'organisation', 'incident_category'] %}
with

incidents as (
    select
        incident_id,
        status,
        status_reason,
        organisation,
        incident_category,
        logged_at,
        last_resolved_at,
        reopened_at,
        closed_at,
        last_modified_at
    from {{ ref('int_incidents_deduplicated') }}
),

histories as (
    select *
    from {{ ref('int_incident_histories_summarised') }}
),

changes as (
    select *
    from {{ ref('int_incident_changes_grouped') }}
),

statuses as (
    select
        status,
        clock_state,
        clock_state in ('stopped', 'cancelled') as is_stopped
    from {{ ref('incident_statuses') }}
),

status_reasons as (
    select
        status_reason,
        pauses_clock
    from {{ ref('incident_status_reasons') }}
),

organisations as (
    select
        organisation,
        party_kind,
        is_dcc_responsible
    from {{ ref('incident_organisations') }}
),

first_states as (
    select
        incidents.incident_id,
        incidents.logged_at as state_at,
        0 as state_order,
        coalesce(histories.first_status, '') as status,
        {% for field in fields[1:] %}
            coalesce(histories.first_{{ field }}, incidents.{{ field }}, '') as {{ field }},
        {% endfor %}
        histories.incident_id is not null as is_audited
    from incidents
    left join histories
        on incidents.incident_id = histories.incident_id
),

changed_states as (
    select
        changes.incident_id,
        greatest(changes.changed_at, incidents.logged_at) as state_at,
        1 as state_order,
        {% for field in fields %}
            changes.new_{{ field }} as {{ field }},
        {% endfor %}
        changes.was_cancelled,
        changes.changed_at
    from changes
    inner join incidents
        on changes.incident_id = incidents.incident_id
),

exported as (
    select
        incidents.*,
        statuses.is_stopped as is_stopped_now,
        coalesce(histories.is_stopped, false) as is_stopped_in_log,
        coalesce(histories.last_status_changed_at, incidents.logged_at) as known_until
    from incidents
    inner join statuses
        on incidents.status = statuses.status
    left join histories
        on incidents.incident_id = histories.incident_id
),

changes_without_audit as (
    select
        incident_id,
        greatest(
            coalesce(
                case
                    when is_stopped_now then coalesce(last_resolved_at, closed_at)
                    else reopened_at
                end,
                last_modified_at
            ),
            known_until,
            logged_at
        ) as state_at,
        2 as state_order,
        status
    from exported
    where
        is_stopped_now != is_stopped_in_log
        and last_modified_at >= known_until
),

-- Resolved in the log, then re-opened and resolved again: the log ends before the second time.
resolved_again_without_audit as (
    select *
    from exported
    where
        is_stopped_now
        and is_stopped_in_log
        and reopened_at >= known_until
        and last_resolved_at > reopened_at
),

reopens_without_audit as (
    select
        incident_id,
        greatest(reopened_at, logged_at) as state_at,
        2 as state_order,
        '' as status
    from resolved_again_without_audit
    union all
    select
        incident_id,
        greatest(last_resolved_at, logged_at) as state_at,
        3 as state_order,
        status
    from resolved_again_without_audit
),

-- No two states of an Incident are equal in what orders them: its changes differ in changed_at, and
-- of each other kind there is one.
states as (
    select
        incident_id,
        state_at,
        state_order,
        status,
        status_reason,
        organisation,
        incident_category,
        is_audited,
        null as was_cancelled,
        null as changed_at
    from first_states
    union all
    select
        incident_id,
        state_at,
        state_order,
        status,
        status_reason,
        organisation,
        incident_category,
        null as is_audited,
        was_cancelled,
        changed_at
    from changed_states
    union all
    select
        incident_id,
        state_at,
        state_order,
        status,
        null as status_reason,
        null as organisation,
        null as incident_category,
        null as is_audited,
        null as was_cancelled,
        null as changed_at
    from changes_without_audit
    union all
    select
        incident_id,
        state_at,
        state_order,
        status,
        null as status_reason,
        null as organisation,
        null as incident_category,
        null as is_audited,
        null as was_cancelled,
        null as changed_at
    from reopens_without_audit
),

filled as (
    select
        incident_id,
        state_at,
        lead(state_at) over history as next_state_at,
        {% for field in fields %}
            {{ last_known(field, 'history') }} as {{ field }},
        {% endfor %}
        {{ last_known('is_audited', 'history') }} as is_audited,
        coalesce(was_cancelled, false) as was_cancelled,
        cast(row_number() over history as integer) as state_number
    from states
    window history as (
        partition by incident_id
        order by state_at, state_order, changed_at
    )
),

final as (
    select
        filled.incident_id,
        filled.state_number,
        {% for field in fields %}
            filled.{{ field }},
        {% endfor %}
        filled.was_cancelled,
        filled.state_at,
        filled.next_state_at,
        coalesce(organisations.party_kind, 'unknown') as party_kind,
        case
            when statuses.is_stopped then statuses.clock_state
            when not filled.is_audited then 'running'
            when not organisations.is_dcc_responsible then 'held_by_user'
            when statuses.clock_state = 'pausable' and status_reasons.pauses_clock
                then 'pending_user'
            else 'running'
        end as clock_state
    from filled
    left join statuses
        on filled.status = statuses.status
    left join status_reasons
        on filled.status_reason = status_reasons.status_reason
    left join organisations
        on filled.organisation = organisations.organisation
)

select * from final
