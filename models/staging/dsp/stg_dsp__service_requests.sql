with

requests as (
    select *
    from {{ source('lake', 'service_requests') }}
),

final as (
    select
        {{ submission_key('service_requests') }} as submission_key,
        provider,
        period,
        cast(version as integer) as submission_version,
        "OriginatorId" as originator_id,
        "TargetId" as target_id,
        "OriginatorCounter" as originator_counter,
        "ServiceReferenceVariant" as service_reference_variant,
        "Mode" as request_mode,
        "Region" as region,
        "DeviceType" as device_type,
        "ReceivedAt" as received_at,
        "SentToWanAt" as sent_to_wan_at,
        "BackFromWanAt" as back_from_wan_at
    from requests
)

select * from final
