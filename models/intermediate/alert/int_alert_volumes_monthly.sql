{#- CPM 3: docs/measures/cpm_3.md#in-and-out; ALT-10 -#}
with

volumes as (
    select
        submission_key,
        cast(date_trunc('month', alert_date) as date) as alert_month,
        alert_kind,
        alert_code,
        region,
        party_id,
        device_type,
        message_count,
        throttled_alert_count
    from {{ ref('cube_alerts_by_day') }}
),

submissions as (
    select submission_key
    from {{ ref('int_submissions_current') }}
),

regions as (
    select region
    from {{ ref('regions') }}
),

final as (
    select
        volumes.alert_month,
        volumes.alert_kind,
        volumes.alert_code,
        coalesce(regions.region, {{ unknown() }}) as region,
        volumes.party_id,
        coalesce(volumes.device_type, {{ unknown() }}) as device_type,
        cast(sum(volumes.message_count) as bigint) as message_count,
        cast(sum(volumes.throttled_alert_count) as bigint) as alert_count
    from volumes
    inner join submissions
        on volumes.submission_key = submissions.submission_key
    left join regions
        on volumes.region = regions.region
    group by
        volumes.alert_month,
        volumes.alert_kind,
        volumes.alert_code,
        coalesce(regions.region, {{ unknown() }}),
        volumes.party_id,
        coalesce(volumes.device_type, {{ unknown() }})
    -- A cell whose rows all repeat an Alert of another cell has none of its own.
    having sum(volumes.message_count) > 0
)

select * from final
