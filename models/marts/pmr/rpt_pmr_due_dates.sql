{#- PMR: docs/measures/pmr_timeliness.md#formula; REP-12 -#}
{# The regime that binds each month, on the calendar that due dates keep to. #}
with

verdicts as (
    select *
    from {{ ref('int_pmr_sla_verdicts') }}
    where
        is_in_force
        and calendar = '{{ var("working_day_calendar") }}'
),

final as (
    select
        reporting_month,
        regime_id,
        reporting_meeting_verdict,
        main_meeting_verdict,
        next_meeting_kind,
        sla_working_days,
        slack_working_days,
        data_age_days,
        due_date,
        reporting_paper_date,
        main_paper_date,
        next_meeting_date
    from verdicts
)

select * from final
