{# The history of each Incident as the states that it went through: the first from what the first
   change of each field says was there before, then one per change. An end or a re-open that only
   the export shows is taken from the export's own dates. For an Incident without any audit row this
   leaves its elapsed time, all of which counts, as nothing shows since when a User has held it. #}
with

incidents as (
    select *
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
        clock_state
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
        coalesce(histories.first_status_reason, incidents.status_reason, '') as status_reason,
        coalesce(histories.first_organisation, incidents.organisation, '') as organisation,
        coalesce(
            histories.first_incident_category, incidents.incident_category, ''
        ) as incident_category,
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
        changes.new_status as status,
        changes.new_status_reason as status_reason,
        changes.new_organisation as organisation,
        changes.new_incident_category as incident_category,
        changes.changed_at
    from changes
    inner join incidents
        on changes.incident_id = incidents.incident_id
),

changes_without_audit as (
    select
        incidents.incident_id,
        greatest(
            coalesce(
                case
                    when statuses.clock_state in ('stopped', 'cancelled')
                        then coalesce(incidents.last_resolved_at, incidents.closed_at)
                    else incidents.reopened_at
                end,
                incidents.last_modified_at
            ),
            histories.last_status_changed_at,
            incidents.logged_at
        ) as state_at,
        2 as state_order,
        incidents.status
    from incidents
    inner join statuses
        on incidents.status = statuses.status
    left join histories
        on incidents.incident_id = histories.incident_id
    where
        (statuses.clock_state in ('stopped', 'cancelled')) != coalesce(histories.is_stopped, false)
        and incidents.last_modified_at
        >= coalesce(histories.last_status_changed_at, incidents.logged_at)
),

states as (
    select * from first_states
    union all by name
    select * from changed_states
    union all by name
    select * from changes_without_audit
),

filled as (
    select
        incident_id,
        state_at,
        lead(state_at) over history as next_state_at,
        nullif({{ last_known('status') }}, '') as status,
        nullif({{ last_known('status_reason') }}, '') as status_reason,
        nullif({{ last_known('organisation') }}, '') as organisation,
        nullif({{ last_known('incident_category') }}, '') as incident_category,
        {{ last_known('is_audited') }} as is_audited,
        row_number() over history as state_number
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
        filled.status,
        filled.status_reason,
        filled.organisation,
        filled.incident_category,
        filled.state_at,
        filled.next_state_at,
        coalesce(organisations.party_kind, 'unknown') as party_kind,
        case
            when statuses.clock_state in ('stopped', 'cancelled') then statuses.clock_state
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
