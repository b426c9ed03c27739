with

deliveries as (
    select
        provider,
        period,
        version,
        filename,
        file_row_number,
        {{ adapter.quote('Reporting Month') }},
        {{ adapter.quote('PMR Version') }},
        {{ adapter.quote('Delivered On') }}
    from {{ source('lake', 'pmr_deliveries') }}
),

final as (
    select
        {{ submission_key('pmr_deliveries') }} as submission_key,
        provider,
        period,
        cast(version as integer) as submission_version,
        cast({{ adapter.quote('Reporting Month') }} as date) as reporting_month,
        cast({{ adapter.quote('PMR Version') }} as integer) as pmr_version,
        cast({{ adapter.quote('Delivered On') }} as date) as delivered_date,
        {{ file_name('filename') }} as source_file,
        file_row_number as source_row
    from deliveries
)

select * from final
