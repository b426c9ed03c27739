with

submissions as (
    select
        submission_key,
        extract,
        provider,
        period,
        version,
        received_at,
        landed_at,
        verdict,
        is_synthetic,
        received_rows,
        accepted_rows,
        quarantined_rows
    from {{ source('lake', 'submissions') }}
),

final as (
    select
        submission_key,
        extract,
        provider,
        period,
        cast(concat(period, '-01') as date) as reporting_month,
        version as submission_version,
        cast(received_rows as bigint) as received_rows,
        cast(accepted_rows as bigint) as accepted_rows,
        cast(quarantined_rows as bigint) as quarantined_rows,
        verdict,
        is_synthetic,
        received_at,
        cast(landed_at as timestamp) as landed_at
    from submissions
)

select * from final
