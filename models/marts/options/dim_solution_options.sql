{#- MP122B: docs/measures/solution_options.md#options; OPT-02 -#}
with

options as (
    select *
    from {{ ref('solution_options') }}
),

final as (
    select
        option_id,
        option_name,
        option_kind,
        subject,
        measure_ids,
        limitation,
        provenance,
        source,
        impact_assessment_days_max,
        lead_time_months,
        is_dropped,
        is_opr_linked
    from options
)

select * from final
