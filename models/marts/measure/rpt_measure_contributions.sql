{#- All measures: docs/measures/results.md#summary; REP-14, REP-15 -#}
with

final as (
    select
        measure_id,
        variant_id,
        scope_type,
        scope,
        scope_name,
        basis,
        status,
        met_count,
        missed_count,
        total_count,
        previous_missed_count,
        previous_total_count,
        result_pct,
        result_lower_pct,
        result_upper_pct,
        lost_points,
        previous_lost_points,
        contribution_points,
        contribution_rank,
        missed_rank,
        is_small_number,
        reporting_month
    from {{ ref('int_measure_contributions') }}
)

select * from final
