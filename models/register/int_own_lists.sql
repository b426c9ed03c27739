{#- Own code lists: docs/guides/give_your_own_code_lists.md#which-lists; COD-02 -#}
{# A list holds from its month until that of the next one. The list of the first month reported
   holds for the time before, too: an Incident may be older than anything that was sent. #}
with

submissions as (
    select *
    from {{ ref('int_submissions_current') }}
),

clock as (
    select first_reporting_month
    from {{ ref('int_reporting_clock') }}
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
    where {{ is_own_list('provider') }}
    window by_month as (
        partition by submissions.extract
        order by submissions.reporting_month
    )
),

final as (
    select
        lists.submission_key,
        lists.list_name,
        lists.is_synthetic,
        lists.given_for_month,
        case
            when
                lists.month_before is not null
                or lists.given_for_month > clock.first_reporting_month
                then lists.given_for_month
        end as valid_from,
        lists.month_after as valid_to
    from lists
    cross join clock
)

select * from final
