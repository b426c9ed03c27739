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
        {{ adapter.quote('AlertKind') }} as alert_kind,
        {{ adapter.quote('AlertCode') }} as alert_code,
        {{ adapter.quote('DeviceId') }} as device_id,
        {{ adapter.quote('DeviceType') }} as device_type,
        {{ adapter.quote('Region') }} as region,
        {{ adapter.quote('PartyId') }} as party_id,
        {{ adapter.quote('RaisedAt') }} as raised_at,
        {{ adapter.quote('GatewayAt') }} as gateway_at,
        {{ adapter.quote('SentAt') }} as sent_at,
        {{ adapter.quote('ThrottledCount') }} as throttled_count,
        source_file,
        source_row
    from repeats
)

select * from final
