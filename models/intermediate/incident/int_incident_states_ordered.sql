{#- CPM 4, 5, 5A: docs/measures/cpm_4_5_5a.md#clock; INC-01, INC-05, INC-06, INC-14, INC-18, INC-23
    -#}
{# The history of each Incident as the states that it went through: the first from what the first
   change of each field says was there before, then one per change, and those that only the export
   shows. What did not change is carried on. #}
{% set fields = ['status', 'status_reason', 'organisation', 'incident_category'] %}
with

incidents as (
    select
        incident_id,
        status_reason,
        organisation,
        incident_category,
        logged_at
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

exported as (
    select *
    from {{ ref('int_incident_states_exported') }}
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
        1 + exported_order as state_order,
        status,
        null as status_reason,
        null as organisation,
        null as incident_category,
        null as is_audited,
        null as was_cancelled,
        null as changed_at
    from exported
),

final as (
    select
        incident_id,
        cast(row_number() over history as integer) as state_number,
        {% for field in fields %}
            {{ last_known(field, 'history') }} as {{ field }},
        {% endfor %}
        {{ last_known('is_audited', 'history') }} as is_audited,
        coalesce(was_cancelled, false) as was_cancelled,
        state_at,
        lead(state_at) over history as next_state_at
    from states
    window history as (
        partition by incident_id
        order by state_at, state_order, changed_at
    )
)

select * from final
