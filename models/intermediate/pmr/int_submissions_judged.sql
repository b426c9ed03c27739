{#- H13.4: docs/measures/pmr_timeliness.md#formula; PMR-05, PMR-07 -#}
{# A submission that arrives on a day that is no Working Day counts as there on the next one. #}
with

submissions as (
    select
        submission_key,
        provider,
        extract,
        reporting_month,
        submission_version,
        received_at,
        {{ working_day_date('received_at') }} as received_date,
        verdict,
        received_rows,
        accepted_rows,
        quarantined_rows,
        is_synthetic
    from {{ ref('stg_lake__submissions') }}
    where {{ submission_is_known() }}
),

submissions_current as (
    select submission_key
    from {{ ref('int_submissions_current') }}
),

submissions_expected as (
    select
        provider,
        extract,
        reporting_month,
        submission_working_days,
        due_date,
        due_working_day_number
    from {{ ref('int_submissions_expected') }}
),

calendar_dates as (
    select
        calendar_date,
        working_day_number_on_or_after
    from {{ ref('int_working_day_calendar') }}
    where calendar = '{{ var("working_day_calendar") }}'
),

submissions_judged as (
    select
        submissions.*,
        submissions_expected.submission_working_days,
        submissions_expected.due_date,
        submissions.received_date > submissions_expected.due_date as is_late,
        calendar_dates.working_day_number_on_or_after
        - submissions_expected.due_working_day_number as working_days_after_due,
        submissions.submission_version > 1 as is_correction,
        submissions_current.submission_key is not null as is_current
    from submissions
    left join submissions_expected
        on
            submissions.provider = submissions_expected.provider
            and submissions.extract = submissions_expected.extract
            and submissions.reporting_month = submissions_expected.reporting_month
    left join calendar_dates
        on submissions.received_date = calendar_dates.calendar_date
    left join submissions_current
        on submissions.submission_key = submissions_current.submission_key
),

final as (
    select
        cast(submission_key as {{ dbt.type_string() }}) as submission_key,
        provider,
        extract,
        cast(reporting_month as date) as reporting_month,
        cast(submission_version as integer) as submission_version,
        cast(verdict as {{ dbt.type_string() }}) as verdict,
        cast(received_rows as bigint) as received_rows,
        cast(accepted_rows as bigint) as accepted_rows,
        cast(quarantined_rows as bigint) as quarantined_rows,
        cast(submission_working_days as integer) as contracted_working_days,
        cast(
            case
                when is_late then working_days_after_due
                when not is_late then 0
            end as integer
        ) as late_working_days,
        is_late,
        is_correction,
        is_current,
        is_synthetic,
        cast(received_at as timestamp) as received_at,
        cast(received_date as date) as received_date,
        cast(due_date as date) as due_date
    from submissions_judged
)

select * from final
