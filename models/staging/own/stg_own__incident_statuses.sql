with

codes as (
    select
        provider,
        period,
        version,
        filename,
        file_row_number,
        status,
        clock_state,
        project_rows,
        provenance,
        source
    from {{ source('lake', 'incident_statuses') }}
),

final as (
    select
        {{ submission_key('incident_statuses') }} as submission_key,
        status,
        clock_state,
        project_rows,
        provenance,
        source,
        {{ file_name('filename') }} as source_file,
        file_row_number as source_row
    from codes
)

select * from final
