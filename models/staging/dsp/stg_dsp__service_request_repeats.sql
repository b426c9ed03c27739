with

repeats as (
    select *
    from {{ source('lake', 'service_request_repeats') }}
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
        "Mode" as mode,
        "UserRole" as user_role,
        "PartyId" as party_id,
        "DeviceType" as device_type,
        "Region" as region,
        "S1sp" as s1sp,
        "ResponseCode" as response_code,
        "ReceivedAt" as received_at,
        "ExecuteAt" as execute_at,
        "SentToWanAt" as sent_to_wan_at,
        "BackFromWanAt" as back_from_wan_at,
        "RespondedAt" as responded_at,
        "SignedPreCommandReceivedAt" as signed_pre_command_received_at,
        source_file,
        source_row
    from repeats
)

select * from final
