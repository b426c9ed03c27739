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
        "requestId" as request_id,
        "requestKind" as request_kind,
        "receivedAt" as received_at,
        "answeredAt" as answered_at,
        {{ file_name('filename') }} as source_file,
        file_row_number as source_row
    from requests
)

select * from final
