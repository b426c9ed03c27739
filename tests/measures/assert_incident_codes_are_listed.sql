{{ config(group='incident', severity='warn') }}
-- A code that no seed lists does not stop a build (example I16): the clock runs on under it, a
-- region counts as Unknown, and an Incident of an unlisted category is in no measure. Silently, a
-- new name of a User's service desk would count every hour that the User holds an Incident against
-- the DCC, and a new Status would never stop the clock.
-- What to look at: `cpm codes` names each code, where it was seen, and the row that makes it known
-- in an own list.
with

exported as (
    select *
    from {{ ref('int_incidents_deduplicated') }}
),

changes as (
    select *
    from {{ ref('int_incident_changes_grouped') }}
),

listed as (
    select
        'status' as field,
        status as code
    from {{ ref('int_incident_statuses') }}
    union all
    select
        'status_reason' as field,
        status_reason as code
    from {{ ref('int_incident_status_reasons') }}
    union all
    select
        'organisation' as field,
        organisation as code
    from {{ ref('int_incident_organisations') }}
    union all
    select
        'incident_category' as field,
        incident_category as code
    from {{ ref('incident_categories') }}
    union all
    select
        'region' as field,
        region as code
    from {{ ref('regions') }}
),

recorded as (
    {% for field in ['status', 'status_reason', 'organisation', 'incident_category'] %}
        select
            incident_id,
            '{{ field }}' as field,
            {{ field }} as code
        from exported
        union all
        {% for side in ['old', 'new'] %}
            select
                incident_id,
                '{{ field }}' as field,
                {{ side }}_{{ field }} as code
            from changes
            union all
        {% endfor %}
    {% endfor %}
    select
        incident_id,
        'region' as field,
        region as code
    from exported
)

select
    recorded.field,
    recorded.code,
    count(distinct recorded.incident_id) as incident_count
from recorded
left join listed
    on
        recorded.field = listed.field
        and recorded.code = listed.code
where
    recorded.code != ''
    and listed.code is null
group by
    recorded.field,
    recorded.code
