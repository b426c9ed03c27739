{#- CPM 4, 5, 5A: docs/measures/cpm_4_5_5a.md#where-it-stands; INC-13, RES-10 -#}
{# Incidents open at the end of a month, by age. One that ended on the first instant of the next
   month was open; one whose target falls due on it is not past it yet. Of a month after
   Remedy's last export nobody knows what was open. #}
with

incidents as (
    select
        incident_category,
        logged_at,
        due_at,
        ended_at
    from {{ ref('fct_incidents') }}
    where exclusion_reason is null
),

measure_months as (
    select reporting_month
    from {{ ref('int_reporting_months_with_data') }}
),

months as (
    select
        reporting_month,
        next_period_start_date
    from {{ ref('int_calendar_months') }}
),

clock as (
    select known_until_at
    from {{ ref('int_extract_clocks') }}
    where extract = 'remedy_incidents'
),

categories as (
    select incident_category
    from {{ ref('incident_categories') }}
),

bands as (
    select
        age_band,
        from_days,
        to_days
    from {{ ref('incident_age_bands') }}
),

month_ends as (
    select
        measure_months.reporting_month,
        {{
            to_utc('cast(months.next_period_start_date as timestamp)', var('reporting_timezone'))
        }} as month_ended_at
    from measure_months
    inner join months
        on measure_months.reporting_month = months.reporting_month
),

months_over as (
    select month_ends.*
    from month_ends
    inner join clock
        on month_ends.month_ended_at <= clock.known_until_at
),

open_at_month_end as (
    select
        months_over.reporting_month,
        months_over.month_ended_at,
        incidents.*
    from months_over
    inner join incidents
        on
            months_over.month_ended_at > incidents.logged_at
            and months_over.month_ended_at
            <= coalesce(incidents.ended_at, months_over.month_ended_at)
),

counted as (
    select
        open_at_month_end.reporting_month,
        open_at_month_end.incident_category,
        bands.age_band,
        count(*) as open_count,
        sum(
            case when open_at_month_end.due_at < open_at_month_end.month_ended_at then 1 else 0 end
        ) as overdue_count
    from open_at_month_end
    inner join bands
        on
            open_at_month_end.month_ended_at
            >= {{ add_seconds('open_at_month_end.logged_at', 'bands.from_days * 86400') }}
            and (
                bands.to_days is null
                or open_at_month_end.month_ended_at
                < {{ add_seconds('open_at_month_end.logged_at', 'bands.to_days * 86400') }}
            )
    group by open_at_month_end.reporting_month, open_at_month_end.incident_category, bands.age_band
),

final as (
    select
        categories.incident_category,
        bands.age_band,
        bands.from_days,
        cast(coalesce(counted.open_count, 0) as bigint) as open_count,
        cast(coalesce(counted.overdue_count, 0) as bigint) as overdue_count,
        months_over.reporting_month
    from months_over
    cross join categories
    cross join bands
    left join counted
        on
            months_over.reporting_month = counted.reporting_month
            and categories.incident_category = counted.incident_category
            and bands.age_band = counted.age_band
)

select * from final
