-- Whoever opens the Incidents behind a figure of CPM 4, 5 or 5A must find as many as it says, of
-- each kind.
with

incidents as (
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        provider,
        count(*) filter (where exclusion_reason is null and is_met) as met_count,
        count(*) filter (where exclusion_reason is null) as total_count,
        count(*) filter (where exclusion_reason is not null) as excluded_count
    from {{ ref('fct_incident_outcomes') }}
    group by measure_id, variant_id, reporting_month, region, provider
),

outcomes as (
    select *
    from {{ ref('fct_measure_outcomes') }}
    where
        measure_id in (
            select categories.measure_id from {{ ref('measure_incident_categories') }} as categories
        )
)

select outcomes.*
from outcomes
left join incidents
    on
        outcomes.measure_id = incidents.measure_id
        and outcomes.variant_id = incidents.variant_id
        and outcomes.reporting_month = incidents.reporting_month
        and outcomes.region = incidents.region
        and outcomes.provider = incidents.provider
where
    outcomes.met_count != coalesce(incidents.met_count, 0)
    or outcomes.total_count != coalesce(incidents.total_count, 0)
    or outcomes.excluded_count != coalesce(incidents.excluded_count, 0)
