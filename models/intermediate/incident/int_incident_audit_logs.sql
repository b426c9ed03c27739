{#- CPM 4, 5, 5A: docs/measures/cpm_4_5_5a.md#clock; INC-18, COD-04 -#}
{# An Incident rests on the audit logs of all months in which its clock ran: that a log has no
   change of it counts too. So do the own lists by which its codes were read in these months. #}
with

submissions as (
    select
        submission_key,
        reporting_month
    from {{ ref('int_submissions_current') }}
    where extract = 'remedy_incident_audit'
),

lists as (
    select
        submission_key,
        valid_from,
        valid_to
    from {{ ref('int_own_lists') }}
    where list_name like 'incident_%'
),

months as (
    select reporting_month
    from {{ ref('int_reporting_months_with_data') }}
),

spans as (
    select
        firsts.reporting_month as first_month,
        lasts.reporting_month as last_month
    from months as firsts
    inner join months as lasts
        on firsts.reporting_month <= lasts.reporting_month
),

evidence as (
    select
        spans.first_month,
        spans.last_month,
        submissions.submission_key
    from spans
    inner join submissions
        on submissions.reporting_month between spans.first_month and spans.last_month
    union all
    select
        spans.first_month,
        spans.last_month,
        lists.submission_key
    from spans
    inner join lists
        on
            coalesce(spans.last_month >= lists.valid_from, true)
            and coalesce(spans.first_month < lists.valid_to, true)
),

final as (
    select
        first_month,
        last_month,
        {{ sorted_texts('submission_key') }} as submission_keys
    from evidence
    group by first_month, last_month
)

select * from final
