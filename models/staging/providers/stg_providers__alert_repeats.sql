with

repeats as (
    select *
    from {{ source('lake', 'alert_repeats') }}
),

final as (
    select
        {{ submission_key('alerts') }} as submission_key,
        provider,
        period,
        cast(version as integer) as submission_version,
        "AlertKind" as alert_kind,
        "AlertCode" as alert_code,
        "DeviceId" as device_id,
        "DeviceType" as device_type,
        "Region" as region,
        "PartyId" as party_id,
        "RaisedAt" as raised_at,
        "GatewayAt" as gateway_at,
        "SentAt" as sent_at,
        "ThrottledCount" as throttled_count,
        source_file,
        source_row
    from repeats
)

select * from final
