with

deliveries as (
    select
        provider,
        period,
        version,
        filename,
        file_row_number,
        {{ adapter.quote('Reporting Month') }},
        {{ adapter.quote('Report') }},
        {{ adapter.quote('Report Version') }},
        {{ adapter.quote('Delivered On') }}
    from {{ source('lake', 'operations_centre_deliveries') }}
),

final as (
    select
        {{ submission_key('operations_centre_deliveries') }} as submission_key,
        provider,
        period,
        cast(version as integer) as submission_version,
        cast({{ adapter.quote('Reporting Month') }} as date) as reporting_month,
        {{ adapter.quote('Report') }} as report_name,
        {{ adapter.quote('Report Version') }} as report_version,
        cast({{ adapter.quote('Delivered On') }} as date) as delivered_date,
        {{ file_name('filename') }} as source_file,
        file_row_number as source_row
    from deliveries
)

select * from final
