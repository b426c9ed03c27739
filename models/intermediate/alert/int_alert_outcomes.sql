{#- CPM 3: docs/measures/cpm_3.md#basis; ALT-09, ALT-10, ALT-11, ALT-17 -#}
{# CPM 3 on every basis that it could stand on; the basis decided for a region picks one. Alerts
   that a basis cannot see are counted as unseen: they lower its coverage, and nothing else. #}
with

measured as (
    select *
    from {{ ref('int_alert_outcomes_measured') }}
),

by_proxy as (
    select *
    from {{ ref('int_alert_outcomes_by_proxy') }}
),

volumes as (
    select *
    from {{ ref('int_alert_volumes_estimated') }}
),

outcomes as (
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        provider,
        'measured' as basis,
        submission_key as submission_keys,
        met_count,
        total_count,
        excluded_count,
        met_count_before_exceptions,
        total_count_before_exceptions,
        0 as unseen_count
    from measured
    union all
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        provider,
        'proxy' as basis,
        submission_keys,
        met_count,
        total_count,
        excluded_count,
        met_count_before_exceptions,
        total_count_before_exceptions,
        unseen_count
    from by_proxy
    union all
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        provider,
        'measured' as basis,
        submission_keys,
        0 as met_count,
        0 as total_count,
        0 as excluded_count,
        0 as met_count_before_exceptions,
        0 as total_count_before_exceptions,
        unsent_count as unseen_count
    from volumes
    where unsent_count > 0
    union all
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        provider,
        'not_reportable' as basis,
        submission_keys,
        0 as met_count,
        0 as total_count,
        0 as excluded_count,
        0 as met_count_before_exceptions,
        0 as total_count_before_exceptions,
        raised_count as unseen_count
    from volumes
    where raised_count > 0
),

-- One file can have some Alerts of a month, and stand for the others, which nobody sent.
final as (
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        provider,
        basis,
        submission_keys,
        cast(sum(met_count) as bigint) as met_count,
        cast(sum(total_count) as bigint) as total_count,
        cast(sum(excluded_count) as bigint) as excluded_count,
        cast(sum(met_count_before_exceptions) as bigint) as met_count_before_exceptions,
        cast(sum(total_count_before_exceptions) as bigint) as total_count_before_exceptions,
        cast(sum(unseen_count) as bigint) as unseen_count
    from outcomes
    group by measure_id, variant_id, reporting_month, region, provider, basis, submission_keys
)

select * from final
