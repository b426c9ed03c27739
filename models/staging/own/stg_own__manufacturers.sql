with

codes as (
    select
        provider,
        period,
        version,
        filename,
        file_row_number,
        manufacturer,
        manufacturer_name,
        project_rows,
        provenance,
        source
    from {{ source('lake', 'manufacturers') }}
),

final as (
    select
        {{ submission_key('manufacturers') }} as submission_key,
        manufacturer,
        manufacturer_name,
        project_rows,
        provenance,
        source,
        {{ file_name('filename') }} as source_file,
        file_row_number as source_row
    from codes
)

select * from final
