{#- H13.4: docs/measures/pmr_timeliness.md#in-and-out; PMR-07 -#}
with

final as (
    select
        submission_key,
        provider,
        extract,
        reporting_month,
        submission_version,
        verdict,
        received_rows,
        accepted_rows,
        quarantined_rows,
        contracted_working_days,
        late_working_days,
        is_late,
        is_correction,
        is_current,
        is_synthetic,
        received_at,
        received_date,
        due_date
    from {{ ref('int_submissions_judged') }}
)

select * from final
