with

codes as (
    select
        provider,
        period,
        version,
        filename,
        file_row_number,
        assigned_group,
        organisation,
        project_rows,
        provenance,
        source
    from {{ source('lake', 'incident_groups') }}
),

final as (
    select
        {{ submission_key('incident_groups') }} as submission_key,
        assigned_group,
        organisation,
        project_rows,
        provenance,
        source,
        {{ file_name('filename') }} as source_file,
        file_row_number as source_row
    from codes
)

select * from final
