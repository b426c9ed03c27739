{#- OPR: docs/measures/operational_performance_regime.md#formula; SRQ-10 -#}
with

final as (
    select
        opr_measure,
        generation,
        region,
        opr_measure_name,
        status,
        limitation,
        provenance,
        month_count,
        request_count,
        within_target_count,
        round_trip_count,
        within_round_trip_target_count,
        target_response_time_pct,
        round_trip_time_pct,
        weight_pct,
        system_performance_weight_pct,
        target_pct,
        minimum_pct,
        is_margin_at_risk,
        regulatory_year_start
    from {{ ref('int_operational_performance') }}
)

select * from final
