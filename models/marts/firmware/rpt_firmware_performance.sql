{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#cuts; FIR-09, FIR-24 -#}
{# Each cut adds up to the national result by itself, so that no two cuts may be added. Percentiles
   are of updates that were activated at a known time. #}
with

outcomes as (
    select
        measure_id,
        variant_id,
        basis,
        counted_by,
        reporting_month,
        region,
        device_type,
        match_status,
        exclusion_reason,
        is_met,
        is_excepted,
        seconds_to_activate,
        coalesce(s1sp, 'none') as s1sp,
        coalesce(manufacturer, {{ unknown() }}) as manufacturer,
        coalesce(version_before, {{ unknown() }}) as version_before,
        coalesce(version_after, {{ unknown() }}) as version_after
    from {{ ref('int_firmware_events_judged') }}
),

cuts as (
    select *
    from {{ ref('firmware_cuts') }}
),

-- What a cut does not tell apart reads all.
cut_outcomes as (
    select
        outcomes.measure_id,
        outcomes.variant_id,
        outcomes.basis,
        outcomes.counted_by,
        outcomes.reporting_month,
        cuts.cut_id,
        case when cuts.by_region then outcomes.region else 'all' end as region,
        case when cuts.by_s1sp then outcomes.s1sp else 'all' end as s1sp,
        case when cuts.by_device_type then outcomes.device_type else 'all' end as device_type,
        case when cuts.by_manufacturer then outcomes.manufacturer else 'all' end as manufacturer,
        case when cuts.by_version then outcomes.version_before else 'all' end as version_before,
        case when cuts.by_version then outcomes.version_after else 'all' end as version_after,
        outcomes.match_status,
        outcomes.seconds_to_activate,
        outcomes.is_met,
        outcomes.exclusion_reason is null and not outcomes.is_excepted as is_counted
    from outcomes
    cross join cuts
),

final as (
    select
        measure_id,
        variant_id,
        basis,
        counted_by,
        reporting_month,
        cut_id,
        region,
        s1sp,
        device_type,
        manufacturer,
        version_before,
        version_after,
        count(*) filter (where is_counted and is_met) as met_count,
        count(*) filter (where is_counted) as total_count,
        count(*) filter (where not is_counted) as excluded_count,
        cast(
            100.0 * count(*) filter (where is_counted and is_met)
            / nullif(count(*) filter (where is_counted), 0) as decimal(9, 6)
        ) as result_pct,
        count(*) filter (where match_status = 'activated') as activated_count,
        count(*) filter (where match_status = 'activation_failed') as activation_failed_count,
        count(*) filter (where match_status = 'update_failed') as update_failed_count,
        count(*) filter (where match_status = 'open') as open_count,
        count(*) filter (where match_status = 'expired') as expired_count,
        count(*) filter (where match_status = 'superseded') as superseded_count,
        count(*) filter (where match_status = 'resent') as resent_count,
        {{ nearest_whole('percentile_cont(0.5) within group (order by seconds_to_activate)') }}
            as seconds_to_activate_median,
        {{ nearest_whole('percentile_cont(0.9) within group (order by seconds_to_activate)') }}
            as seconds_to_activate_p90,
        {{ nearest_whole('percentile_cont(0.99) within group (order by seconds_to_activate)') }}
            as seconds_to_activate_p99
    from cut_outcomes
    group by
        measure_id,
        variant_id,
        basis,
        counted_by,
        reporting_month,
        cut_id,
        region,
        s1sp,
        device_type,
        manufacturer,
        version_before,
        version_after
)

select * from final
