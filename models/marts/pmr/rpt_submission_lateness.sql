{#- H13.4: docs/measures/pmr_timeliness.md#late-extracts; PMR-14 -#}
with

final as (
    select
        reporting_month,
        provider,
        extract,
        standing,
        contracted_working_days,
        late_working_days,
        is_late,
        is_pmr_input,
        received_at,
        overdue_from_at,
        received_date,
        due_date
    from {{ ref('int_submission_lateness') }}
)

select * from final
