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
        {{ adapter.quote('OriginatorId') }} as originator_id,
        {{ adapter.quote('TargetId') }} as target_id,
        {{ adapter.quote('OriginatorCounter') }} as originator_counter,
        {{ adapter.quote('ServiceReferenceVariant') }} as service_reference_variant,
        {{ adapter.quote('Mode') }} as mode,
        {{ adapter.quote('UserRole') }} as user_role,
        {{ adapter.quote('PartyId') }} as party_id,
        {{ adapter.quote('DeviceType') }} as device_type,
        {{ adapter.quote('Region') }} as region,
        {{ adapter.quote('S1sp') }} as s1sp,
        {{ adapter.quote('ResponseCode') }} as response_code,
        {{ adapter.quote('ReceivedAt') }} as received_at,
        {{ adapter.quote('ExecuteAt') }} as execute_at,
        {{ adapter.quote('SentToWanAt') }} as sent_to_wan_at,
        {{ adapter.quote('BackFromWanAt') }} as back_from_wan_at,
        {{ adapter.quote('RespondedAt') }} as responded_at,
        {{ adapter.quote('SignedPreCommandReceivedAt') }} as signed_pre_command_received_at,
        source_file,
        source_row
    from repeats
)

select * from final
