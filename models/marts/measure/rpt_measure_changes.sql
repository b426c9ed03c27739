{#- All measures: docs/measures/results.md#formula; RES-08 -#}
with

final as (
    select
        measure_id,
        variant_id,
        scope_type,
        scope,
        aggregation,
        basis,
        previous_basis,
        status,
        previous_status,
        met_count,
        previous_met_count,
        total_count,
        previous_total_count,
        result_pct,
        previous_result_pct,
        change_points,
        no_change_reason,
        is_default,
        is_status_changed,
        reporting_month
    from {{ ref('int_measure_changes') }}
)

select * from final
