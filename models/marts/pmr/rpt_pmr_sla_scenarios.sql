{#- H13.4: docs/measures/pmr_timeliness.md#regimes; PMR-01, PMR-04 -#}
with

final as (
    select
        reporting_month,
        calendar,
        regime_id,
        regime_kind,
        reporting_meeting_verdict,
        main_meeting_verdict,
        next_meeting_kind,
        reporting_meeting_provenance,
        reporting_paper_provenance,
        main_meeting_provenance,
        main_paper_provenance,
        next_meeting_provenance,
        next_paper_provenance,
        sla_working_days,
        slack_working_days,
        data_age_days,
        is_in_force,
        is_met,
        due_date,
        reporting_meeting_date,
        reporting_paper_date,
        main_meeting_date,
        main_paper_date,
        next_meeting_date,
        next_paper_date,
        delivered_date
    from {{ ref('int_pmr_sla_verdicts') }}
)

select * from final
