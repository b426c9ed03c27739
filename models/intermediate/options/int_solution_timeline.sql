{#- MP122B: docs/measures/solution_options.md#timeline; OPT-10 -#}
{# From the first month that the obligation binds to the last SEC Release that is known or taken.
   #}
with

start_dates as (
    select *
    from {{ ref('int_solution_start_dates') }}
    where measure_id != 'none'
),

months as (
    select
        reporting_month,
        next_period_start_date
    from {{ ref('int_calendar_months') }}
),

regions as (
    select
        region,
        valid_from,
        valid_to
    from {{ ref('regions') }}
    where region != {{ unknown() }}
),

last_releases as (
    select max(release_date) as last_release_date
    from {{ ref('sec_releases') }}
),

final as (
    select
        start_dates.approach_id,
        start_dates.approval_id,
        start_dates.option_id,
        start_dates.measure_id,
        regions.region,
        case
            when months.reporting_month >= start_dates.reported_from_month then start_dates.basis
            else 'not_reportable'
        end as basis,
        coalesce(months.reporting_month >= start_dates.reported_from_month, false) as is_reported,
        start_dates.is_default_approval,
        months.reporting_month
    from start_dates
    cross join last_releases
    inner join months
        on
            start_dates.first_bound_month <= months.reporting_month
            and last_releases.last_release_date >= months.reporting_month
    inner join regions
        on
            start_dates.region in ('all', regions.region)
            and {{ is_valid('regions', 'months.reporting_month') }}
)

select * from final
