with

codes as (
    select
        provider,
        period,
        version,
        filename,
        file_row_number,
        status_reason,
        pauses_clock,
        held_by,
        project_rows,
        provenance,
        source
    from {{ source('lake', 'incident_status_reasons') }}
),

final as (
    select
        {{ submission_key('incident_status_reasons') }} as submission_key,
        status_reason,
        pauses_clock,
        held_by,
        project_rows,
        provenance,
        source,
        {{ file_name('filename') }} as source_file,
        file_row_number as source_row
    from codes
)

select * from final
