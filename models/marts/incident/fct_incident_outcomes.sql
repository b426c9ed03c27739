{#- CPM 4, 5, 5A: docs/measures/cpm_4_5_5a.md#variants; INC-02, INC-03 -#}
with

outcomes as (
    select *
    from {{ ref('int_incident_outcomes_judged') }}
),

final as (
    select
        measure_id,
        variant_id,
        incident_id,
        region,
        provider,
        not_counted_reason as exclusion_reason,
        is_met,
        is_excepted,
        reporting_month
    from outcomes
)

select * from final
