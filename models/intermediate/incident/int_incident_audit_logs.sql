{#- CPM 4, 5, 5A: docs/measures/cpm_4_5_5a.md#clock; INC-18 -#}
{# An Incident rests on the audit logs of all months in which its clock ran: that a log has no
   change of it counts too. #}
with

submissions as (
    select
        submission_key,
        reporting_month
    from {{ ref('int_submissions_current') }}
    where extract = 'remedy_incident_audit'
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

final as (
    select
        spans.first_month,
        spans.last_month,
        {{ sorted_texts('submission_key') }} as submission_keys
    from spans
    inner join submissions
        on submissions.reporting_month between spans.first_month and spans.last_month
    group by spans.first_month, spans.last_month
)

select * from final
