-- Late by at least one Working Day where it is late and by none where it is not; without a due
-- date, neither is said. A negative figure, or 0 beside 'late', would pass for punctual in every
-- sum.
with

deliveries as (
    select
        concat(
            'pmr ',
            cast(reporting_month as {{ dbt.type_string() }}),
            ' v',
            cast(pmr_version as {{ dbt.type_string() }})
        ) as subject,
        delivered_date as arrived_date,
        due_date,
        not is_on_time as is_late,
        late_working_days
    from {{ ref('fct_pmr_deliveries') }}
),

submissions as (
    select
        submission_key as subject,
        received_date as arrived_date,
        due_date,
        is_late,
        late_working_days
    from {{ ref('fct_submissions') }}
),

arrivals as (
    select *
    from deliveries
    union all
    select *
    from submissions
)

select *
from arrivals
where
    is_late is distinct from (arrived_date > due_date)
    or (late_working_days is null) != (is_late is null)
    or (late_working_days > 0) is distinct from is_late
    or late_working_days < 0
