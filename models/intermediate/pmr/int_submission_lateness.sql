{#- H13.4: docs/measures/pmr_timeliness.md#late-extracts; PMR-05, PMR-08, PMR-14 -#}
{# What has not come is judged as if it came now. An extract counts from its first version, as on
   the critical path. #}
with

reporting_clock as (
    select
        {{ working_day_date('as_of_at') }} as as_of_date,
        cast(
            {{ dbt.date_trunc('month', to_local('as_of_at', var('working_day_timezone'))) }} as date
        ) as as_of_month,
        last_reporting_month
    from {{ ref('int_reporting_clock') }}
),

submission_due_dates as (
    select
        reporting_month,
        provider,
        extract,
        submission_working_days,
        due_working_day_number,
        is_pmr_input,
        overdue_from_at,
        due_date
    from {{ ref('int_submission_due_dates') }}
),

submissions as (
    select
        provider,
        extract,
        reporting_month,
        received_at
    from {{ ref('stg_lake__submissions') }}
    where {{ submission_is_known() }}
),

calendar_dates as (
    select
        calendar_date,
        working_day_number_on_or_after
    from {{ ref('int_working_day_calendar') }}
    where calendar = '{{ var("working_day_calendar") }}'
),

first_received as (
    select
        provider,
        extract,
        reporting_month,
        min(received_at) as received_at
    from submissions
    group by
        provider,
        extract,
        reporting_month
),

submissions_placed as (
    select
        submission_due_dates.*,
        first_received.received_at,
        {{ working_day_date('first_received.received_at') }} as received_date,
        coalesce(
            {{ working_day_date('first_received.received_at') }}, reporting_clock.as_of_date
        ) as judged_date
    from submission_due_dates
    inner join reporting_clock
        on
            submission_due_dates.reporting_month <= reporting_clock.as_of_month
            or submission_due_dates.reporting_month <= reporting_clock.last_reporting_month
    left join first_received
        on
            submission_due_dates.provider = first_received.provider
            and submission_due_dates.extract = first_received.extract
            and submission_due_dates.reporting_month = first_received.reporting_month
),

submissions_judged as (
    select
        submissions_placed.*,
        submissions_placed.judged_date > submissions_placed.due_date as is_late,
        submissions_placed.received_at is not null as is_received,
        calendar_dates.working_day_number_on_or_after
        - submissions_placed.due_working_day_number as working_days_after_due
    from submissions_placed
    left join calendar_dates
        on submissions_placed.judged_date = calendar_dates.calendar_date
),

final as (
    select
        cast(reporting_month as date) as reporting_month,
        provider,
        extract,
        cast(
            case
                when due_date is null then 'no_due_date'
                when is_received and is_late then 'received_late'
                when is_received then 'received_in_time'
                when is_late then 'missing_late'
                else 'missing_not_due'
            end as {{ dbt.type_string() }}
        ) as standing,
        cast(submission_working_days as integer) as contracted_working_days,
        cast(
            case
                when is_late then working_days_after_due
                when not is_late then 0
            end as integer
        ) as late_working_days,
        is_late,
        is_pmr_input,
        cast(received_at as timestamp) as received_at,
        overdue_from_at,
        cast(received_date as date) as received_date,
        cast(due_date as date) as due_date
    from submissions_judged
)

select * from final
