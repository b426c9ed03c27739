{#- H13.4: docs/measures/pmr_timeliness.md#blind-spots; PMR-08, PMR-13 -#}
with

final as (
    select
        reporting_month,
        provider,
        regime_id,
        expected_extract_count,
        received_extract_count,
        production_working_days,
        contracted_slack_working_days,
        actual_slack_working_days,
        is_complete,
        is_contracted_critical,
        is_actual_critical,
        contracted_due_date,
        last_received_date,
        regime_due_date
    from {{ ref('int_pmr_critical_path') }}
)

select * from final
