with

quarantined as (
    select *
    from {{ source('lake', 'quarantined_rows') }}
),

final as (
    select
        submission_key,
        extract,
        provider,
        period,
        cast(concat(period, '-01') as date) as reporting_month,
        cast(version as integer) as submission_version,
        file as file_name,
        {{ file_stem('file') }} as file_stem,
        cast(line as bigint) as file_line,
        text as received_text,
        rule_id,
        rule_ids,
        reason,
        cast(received_at as timestamp) as received_at,
        {{ file_name('filename') }} as quarantine_file
    from quarantined
)

select * from final
