-- Each Incident stands once in the month's reports: what was open at the end of a month is what had
-- been logged by then less what had been resolved, over all categories and bands.
with

incidents as (
    select *
    from {{ ref('fct_incidents') }}
    where exclusion_reason is null
),

ageing as (
    select
        reporting_month,
        sum(open_count) as open_count
    from {{ ref('rpt_incident_ageing') }}
    group by reporting_month
),

resolved as (
    select
        reporting_month,
        sum(resolved_count) as resolved_count
    from {{ ref('rpt_incident_resolution_times') }}
    group by reporting_month
),

flows as (
    select
        ageing.reporting_month,
        ageing.open_count,
        coalesce(resolved.resolved_count, 0) as resolved_count,
        (
            select count(*)
            from incidents
            where {{ reporting_month_of('incidents.logged_at') }} <= ageing.reporting_month
        ) as logged_to_date_count,
        (
            select coalesce(sum(earlier.resolved_count), 0)
            from resolved as earlier
            where earlier.reporting_month <= ageing.reporting_month
        ) as resolved_to_date_count
    from ageing
    left join resolved
        on ageing.reporting_month = resolved.reporting_month
)

select *
from flows
where open_count != logged_to_date_count - resolved_to_date_count
