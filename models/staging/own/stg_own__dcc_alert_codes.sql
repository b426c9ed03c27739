with

codes as (
    select
        provider,
        period,
        version,
        filename,
        file_row_number,
        alert_code,
        alert_description,
        project_rows,
        provenance,
        source
    from {{ source('lake', 'dcc_alert_codes') }}
),

final as (
    select
        {{ submission_key('dcc_alert_codes') }} as submission_key,
        alert_code,
        alert_description,
        project_rows,
        provenance,
        source,
        {{ file_name('filename') }} as source_file,
        file_row_number as source_row
    from codes
)

select * from final
