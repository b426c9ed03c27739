with

codes as (
    select
        provider,
        period,
        version,
        filename,
        file_row_number,
        audit_field,
        tracked_as,
        project_rows,
        provenance,
        source
    from {{ source('lake', 'incident_audit_fields') }}
),

final as (
    select
        {{ submission_key('incident_audit_fields') }} as submission_key,
        audit_field,
        tracked_as,
        project_rows,
        provenance,
        source,
        {{ file_name('filename') }} as source_file,
        file_row_number as source_row
    from codes
)

select * from final
