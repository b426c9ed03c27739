{#- All measures: docs/measures/results.md#in-and-out; RES-16, COD-04 -#}
{# Which submissions are of a month that can be: one filed under 2035 by a slip of the pen must not
   stretch the months that are reported. Its rows count all the same. An own list of codes is of no
   month in this sense. #}
with

submissions as (
    select
        submission_key,
        extract,
        provider,
        reporting_month,
        received_at
    from {{ ref('int_submissions_current') }}
    where not {{ is_own_list('provider') }}
),

bounds as (
    select *
    from {{ ref('reporting_month_bounds') }}
),

bounded as (
    select
        submissions.submission_key,
        submissions.extract,
        submissions.provider,
        submissions.reporting_month,
        bounds.first_month,
        cast(
            {{ dbt.dateadd(
                'month',
                'bounds.months_after_receipt',
                dbt.date_trunc(
                    'month', to_local('submissions.received_at', var('working_day_timezone'))
                )
            ) }} as date
        ) as last_month
    from submissions
    left join bounds
        on {{ is_valid('bounds', 'submissions.received_at') }}
),

final as (
    select
        submission_key,
        extract,
        provider,
        reporting_month,
        first_month as first_plausible_month,
        last_month as last_plausible_month,
        coalesce(reporting_month between first_month and last_month, true) as is_plausible
    from bounded
)

select * from final
