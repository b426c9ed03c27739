{#- PMR: docs/measures/pmr_timeliness.md#formula; REP-12 -#}
{# The regime that binds each month, on the calendar that due dates keep to. #}
with

scenarios as (
    select *
    from {{ ref('rpt_pmr_sla_scenarios') }}
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
    from scenarios
)

select * from final
