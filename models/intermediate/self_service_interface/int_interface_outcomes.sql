{#- CPM 6: docs/measures/cpm_6.md#formula; SMK-02, SSI-01, SSI-03 -#}
{# CPM 6 counts minutes: met are those of the Target Availability Period without downtime. A month
   counts where its outages were submitted, if only to say that there were none. #}
with

variants as (
    select
        measure_id,
        variant_id
    from {{ ref('measure_variants') }}
    where measure_id = 'CPM_6'
),

months as (
    select
        submission_key,
        provider,
        reporting_month,
        {{ to_utc('cast(reporting_month as timestamp)', var('reporting_timezone')) }} as starts_at,
        {{
            to_utc(
                "cast(reporting_month as timestamp) + interval '1' month", var('reporting_timezone')
            )
        }} as ends_at
    from {{ ref('int_submissions_current') }}
    where extract = 'self_service_interface_outages'
),

outages as (
    select *
    from {{ ref('int_interface_outages') }}
),

minutes as (
    select *
    from {{ ref('int_interface_minutes') }}
),

keys as (
    select
        reporting_month,
        submission_key
    from months
    union
    select
        months.reporting_month,
        outages.submission_key
    from months
    inner join outages
        on
            months.ends_at > outages.outage_started_at
            and months.starts_at < outages.outage_ended_at
),

month_keys as (
    select
        reporting_month,
        {{ sorted_texts('submission_key') }} as submission_keys
    from keys
    group by reporting_month
),

counts as (
    select
        reporting_month,
        count(*) filter (where is_agreed_maintenance) as maintenance_count,
        count(*) filter (where is_downtime) as downtime_count,
        count(*) filter (where is_excepted and not is_agreed_maintenance) as excepted_count,
        count(*) filter (where is_excepted and is_downtime) as excepted_downtime_count
    from minutes
    group by reporting_month
),

counted as (
    select
        months.reporting_month,
        months.provider,
        month_keys.submission_keys,
        coalesce(counts.maintenance_count, 0) as maintenance_count,
        coalesce(counts.downtime_count, 0) as downtime_count,
        coalesce(counts.excepted_count, 0) as excepted_count,
        coalesce(counts.excepted_downtime_count, 0) as excepted_downtime_count,
        cast({{ seconds_between('months.starts_at', 'months.ends_at') }} / 60 as bigint)
            as month_count
    from months
    inner join month_keys
        on months.reporting_month = month_keys.reporting_month
    left join counts
        on months.reporting_month = counts.reporting_month
),

final as (
    select
        variants.measure_id,
        variants.variant_id,
        counted.reporting_month,
        {{ unknown() }} as region,
        counted.provider,
        'measured' as basis,
        counted.submission_keys,
        counted.month_count - counted.maintenance_count - counted.downtime_count
        - (counted.excepted_count - counted.excepted_downtime_count) as met_count,
        counted.month_count - counted.maintenance_count - counted.excepted_count as total_count,
        counted.maintenance_count + counted.excepted_count as excluded_count,
        counted.month_count - counted.maintenance_count - counted.downtime_count
            as met_count_before_exceptions,
        counted.month_count - counted.maintenance_count as total_count_before_exceptions,
        0 as unseen_count
    from counted
    cross join variants
)

select * from final
