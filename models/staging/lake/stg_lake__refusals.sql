with

refusals as (
    select *
    from {{ source('lake', 'refusals') }}
    where submission_key is not null
),

final as (
    select
        {{ file_name('filename') }} as refusal_file,
        submission_key,
        extract,
        provider,
        period,
        cast(concat(period, '-01') as date) as reporting_month,
        cast(version as integer) as submission_version,
        rule_id,
        reason,
        cast({{ list_length('files') }} as integer) as file_count,
        is_synthetic,
        received_at,
        cast(refused_at as timestamp) as refused_at
    from refusals
)

select * from final
