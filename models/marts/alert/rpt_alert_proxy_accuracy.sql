{#- CPM 3: docs/measures/cpm_3.md#accuracy; ALT-12, ALT-13 -#}
with

final as (
    select
        region,
        device_type,
        sides,
        proxy_within_count,
        proxy_total_count,
        measured_within_count,
        measured_total_count,
        proxy_pct,
        measured_pct,
        difference_points,
        difference_lower_points,
        difference_upper_points,
        is_beyond_chance,
        confidence_pct,
        largest_gap_points,
        chance_gap_points,
        largest_gap_at_seconds,
        parts_from_seconds,
        parts_to_seconds,
        likely_error_least_points,
        likely_error_most_points,
        likely_error_mean_points,
        likely_error_region_count,
        reporting_month
    from {{ ref('int_alert_proxy_accuracy') }}
)

select * from final
