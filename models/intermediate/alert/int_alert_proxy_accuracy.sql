{#- CPM 3: docs/measures/cpm_3.md#accuracy; ALT-12, ALT-13, ALT-14 -#}
{# Interval of a difference of two shares: Newcombe's hybrid of Wilson score intervals (Statistics
   in Medicine 17, 1998, method 10). It takes events as independent; Alerts of a device or a storm are
   not, so the true interval is wider. #}
with

sides as (
    select *
    from {{ ref('int_alert_proxy_and_measured') }}
),

gaps as (
    select *
    from {{ ref('int_alert_gaps_measured') }}
),

confidences as (
    select *
    from {{ ref('comparison_confidences') }}
    where comparison_id = 'alert_proxy'
),

shares as (
    select
        sides.*,
        confidences.confidence_pct,
        confidences.z_score,
        cast(sides.measured_within_count as double)
        / nullif(sides.measured_total_count, 0) as measured_share,
        cast(sides.proxy_within_count as double)
        / nullif(sides.proxy_total_count, 0) as proxy_share
    from sides
    inner join confidences
        on {{ is_valid('confidences', 'sides.reporting_month') }}
),

scored as (
    select
        *,
        {{ wilson_bound('proxy_share', 'proxy_total_count', 'z_score', '-') }} as proxy_lower,
        {{ wilson_bound('proxy_share', 'proxy_total_count', 'z_score', '+') }} as proxy_upper,
        {{ wilson_bound('measured_share', 'measured_total_count', 'z_score', '-') }}
            as measured_lower,
        {{ wilson_bound('measured_share', 'measured_total_count', 'z_score', '+') }}
            as measured_upper
    from shares
),

compared as (
    select
        *,
        100 * (proxy_share - measured_share) as difference_points,
        100 * (
            proxy_share - measured_share
            - sqrt(pow(proxy_share - proxy_lower, 2) + pow(measured_upper - measured_share, 2))
        ) as difference_lower_points,
        100 * (
            proxy_share - measured_share
            + sqrt(pow(proxy_upper - proxy_share, 2) + pow(measured_share - measured_lower, 2))
        ) as difference_upper_points
    from scored
),

known_elsewhere as (
    select
        here.reporting_month,
        here.region,
        here.device_type,
        count(*) as known_region_count,
        min(elsewhere.difference_points) as least_points,
        max(elsewhere.difference_points) as most_points,
        cast(
            sum(
                cast(elsewhere.difference_points as decimal(18, 12))
                * elsewhere.measured_total_count
            ) as double
        ) / sum(elsewhere.measured_total_count) as mean_points
    from compared as here
    inner join compared as elsewhere
        on
            here.reporting_month = elsewhere.reporting_month
            and here.device_type = elsewhere.device_type
    where
        here.measured_share is null
        and elsewhere.difference_points is not null
    group by here.reporting_month, here.region, here.device_type
),

final as (
    select
        compared.region,
        compared.device_type,
        case
            when compared.measured_share is null then 'proxy_only'
            when compared.proxy_share is null then 'measured_only'
            else 'both'
        end as sides,
        compared.proxy_within_count,
        compared.proxy_total_count,
        compared.measured_within_count,
        compared.measured_total_count,
        cast(100 * compared.proxy_share as decimal(9, 6)) as proxy_pct,
        cast(100 * compared.measured_share as decimal(9, 6)) as measured_pct,
        cast(compared.difference_points as decimal(9, 6)) as difference_points,
        cast(compared.difference_lower_points as decimal(9, 6)) as difference_lower_points,
        cast(compared.difference_upper_points as decimal(9, 6)) as difference_upper_points,
        compared.difference_lower_points > 0 or compared.difference_upper_points < 0
            as is_beyond_chance,
        cast(compared.confidence_pct as decimal(5, 2)) as confidence_pct,
        cast(gaps.largest_gap_points as decimal(9, 6)) as largest_gap_points,
        cast(gaps.chance_gap_points as decimal(9, 6)) as chance_gap_points,
        cast(gaps.largest_gap_at_seconds as decimal(18, 6)) as largest_gap_at_seconds,
        cast(gaps.parts_from_seconds as decimal(18, 6)) as parts_from_seconds,
        cast(gaps.parts_to_seconds as decimal(18, 6)) as parts_to_seconds,
        cast(known_elsewhere.least_points as decimal(9, 6)) as likely_error_least_points,
        cast(known_elsewhere.most_points as decimal(9, 6)) as likely_error_most_points,
        cast(known_elsewhere.mean_points as decimal(9, 6)) as likely_error_mean_points,
        cast(known_elsewhere.known_region_count as bigint) as likely_error_region_count,
        compared.reporting_month
    from compared
    left join gaps
        on
            compared.reporting_month = gaps.reporting_month
            and compared.region = gaps.region
            and compared.device_type = gaps.device_type
    left join known_elsewhere
        on
            compared.reporting_month = known_elsewhere.reporting_month
            and compared.region = known_elsewhere.region
            and compared.device_type = known_elsewhere.device_type
)

select * from final
