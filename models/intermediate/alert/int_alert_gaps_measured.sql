{#- CPM 3: docs/measures/cpm_3.md#accuracy; ALT-12 -#}
{# How far the two curves part: the largest gap is the two-sample Kolmogorov-Smirnov distance, exact
   at the buckets' ends. They part from the first latency to the last at which the gap is wider than
   chance would make it. #}
with

curves as (
    select *
    from {{ ref('int_alert_latency_curves') }}
),

confidences as (
    select *
    from {{ ref('comparison_confidences') }}
    where comparison_id = 'alert_proxy'
),

compared as (
    select
        curves.reporting_month,
        curves.region,
        curves.device_type,
        curves.latency_seconds,
        curves.proxy_cumulative_pct - curves.measured_cumulative_pct as gap_points,
        sum(curves.measured_count) over whole as measured_total,
        sum(curves.proxy_count) over whole as proxy_total,
        confidences.largest_gap_coefficient
    from curves
    inner join confidences
        on {{ is_valid('confidences', 'curves.reporting_month') }}
    window whole as (partition by curves.reporting_month, curves.region, curves.device_type)
),

judged as (
    select
        *,
        max(abs(gap_points)) over (partition by reporting_month, region, device_type)
            as largest_gap_points,
        100.0 * largest_gap_coefficient * sqrt(
            cast(measured_total + proxy_total as double) / measured_total / proxy_total
        ) as chance_gap_points
    from compared
    where
        measured_total > 0
        and proxy_total > 0
),

final as (
    select
        reporting_month,
        region,
        device_type,
        max(largest_gap_points) as largest_gap_points,
        max(chance_gap_points) as chance_gap_points,
        min(latency_seconds) filter (where abs(gap_points) = largest_gap_points)
            as largest_gap_at_seconds,
        min(latency_seconds) filter (where abs(gap_points) > chance_gap_points)
            as parts_from_seconds,
        max(latency_seconds) filter (where abs(gap_points) > chance_gap_points)
            as parts_to_seconds
    from judged
    group by reporting_month, region, device_type
)

select * from final
