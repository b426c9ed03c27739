-- Every Incident that falls to a measure, variant and month is met, not met or excluded, and is one
-- of them once. An Incident without a verdict would leave the total unnoticed and raise the
-- percentage; a join that repeats one would count it twice. The population is taken from the
-- Incidents, not from the outcomes. What to look at: is_met and exclusion_reason of the month's
-- Incidents; the seeds measure_incident_categories and measure_incident_variants; then
-- int_incident_outcomes_judged for an Incident that stands there twice or not at all.
with

incidents as (
    select *
    from {{ ref('fct_incidents') }}
),

variants as (
    select *
    from {{ ref('measure_incident_variants') }}
),

categories as (
    select *
    from {{ ref('measure_incident_categories') }}
),

outcomes as (
    select *
    from {{ ref('int_incident_outcomes') }}
),

placed as (
    select
        variants.measure_id,
        variants.variant_id,
        incidents.incident_id,
        case
            when variants.attribution = 'due_month' and incidents.exclusion_reason is null
                then case
                    when incidents.ended_at is not null or incidents.is_met is not null
                        then incidents.due_at
                end
            else incidents.ended_at
        end as placed_at
    from variants
    inner join categories
        on
            variants.measure_id = categories.measure_id
            and variants.variant_id = categories.variant_id
    inner join incidents
        on categories.incident_category = incidents.incident_category
),

population as (
    select
        measure_id,
        variant_id,
        {{ reporting_month_of('placed_at') }} as reporting_month,
        count(distinct incident_id) as population_count
    from placed
    where placed_at is not null
    group by
        measure_id,
        variant_id,
        {{ reporting_month_of('placed_at') }}
),

counted as (
    select
        measure_id,
        variant_id,
        reporting_month,
        sum(met_count) as met_count,
        sum(total_count - met_count) as not_met_count,
        sum(excluded_count) as excluded_count
    from outcomes
    group by
        measure_id,
        variant_id,
        reporting_month
)

select
    counted.met_count,
    counted.not_met_count,
    counted.excluded_count,
    population.population_count,
    coalesce(population.measure_id, counted.measure_id) as measure_id,
    coalesce(population.variant_id, counted.variant_id) as variant_id,
    coalesce(population.reporting_month, counted.reporting_month) as reporting_month
from population
full outer join counted
    on
        population.measure_id = counted.measure_id
        and population.variant_id = counted.variant_id
        and population.reporting_month = counted.reporting_month
where
    coalesce(counted.met_count + counted.not_met_count + counted.excluded_count, 0)
    != coalesce(population.population_count, 0)
