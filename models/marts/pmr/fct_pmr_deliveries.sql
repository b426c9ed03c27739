{#- H13.4: docs/measures/pmr_timeliness.md#formula; PMR-10 -#}
with

final as (
    select
        reporting_month,
        pmr_version,
        regime_id,
        submission_key,
        source_file,
        source_row,
        calendar,
        sla_working_days,
        late_working_days,
        is_on_time,
        due_date,
        obligation_due_date,
        delivered_date
    from {{ ref('int_pmr_deliveries_judged') }}
)

select * from final
