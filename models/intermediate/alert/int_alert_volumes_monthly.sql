with

volumes as (
    select *
    from {{ ref('int_alert_volumes_scanned') }}
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
        coalesce(regions.region, 'Unknown') as region,
        volumes.party_id,
        coalesce(volumes.device_type, 'Unknown') as device_type,
        cast(sum(volumes.message_count) as bigint) as message_count,
        cast(sum(volumes.alert_count) as bigint) as alert_count
    from volumes
    inner join submissions
        on volumes.submission_key = submissions.submission_key
    left join regions
        on volumes.region = regions.region
    group by
        volumes.alert_month,
        volumes.alert_kind,
        volumes.alert_code,
        coalesce(regions.region, 'Unknown'),
        volumes.party_id,
        coalesce(volumes.device_type, 'Unknown')
)

select * from final
