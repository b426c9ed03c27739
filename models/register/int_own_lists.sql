{#- Own code lists: docs/guides/give_your_own_code_lists.md; COD-02 -#}
{# A list holds from its month until that of the next one. The first holds for the time before, too:
   an Incident may be older than the first month that anything was sent for. #}
with

submissions as (
    select *
    from {{ ref('int_submissions_current') }}
),

lists as (
    select
        submissions.submission_key,
        submissions.extract as list_name,
        submissions.reporting_month as given_for_month,
        submissions.is_synthetic,
        lag(submissions.reporting_month) over by_month as month_before,
        lead(submissions.reporting_month) over by_month as month_after
    from submissions
    where {{ is_own_list('submissions') }}
    window by_month as (
        partition by submissions.extract
        order by submissions.reporting_month
    )
),

final as (
    select
        submission_key,
        list_name,
        is_synthetic,
        given_for_month,
        case when month_before is not null then given_for_month end as valid_from,
        month_after as valid_to
    from lists
)

select * from final
