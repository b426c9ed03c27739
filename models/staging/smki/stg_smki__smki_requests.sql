with

requests as (
    select *
    from {{ source('lake', 'smki_requests') }}
),

final as (
    select
        {{ submission_key('smki_requests') }} as submission_key,
        provider,
        period,
        cast(version as integer) as submission_version,
        {{ adapter.quote('requestId') }} as request_id,
        {{ adapter.quote('requestKind') }} as request_kind,
        {{ adapter.quote('receivedAt') }} as received_at,
        {{ adapter.quote('answeredAt') }} as answered_at,
        {{ file_name('filename') }} as source_file,
        file_row_number as source_row
    from requests
)

select * from final
