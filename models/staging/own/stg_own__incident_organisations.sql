with

codes as (
    select
        provider,
        period,
        version,
        filename,
        file_row_number,
        organisation,
        party_kind,
        provider_id,
        is_dcc_responsible,
        project_rows,
        provenance,
        source
    from {{ source('lake', 'incident_organisations') }}
),

final as (
    select
        {{ submission_key('incident_organisations') }} as submission_key,
        organisation,
        party_kind,
        provider_id,
        is_dcc_responsible,
        project_rows,
        provenance,
        source,
        {{ file_name('filename') }} as source_file,
        file_row_number as source_row
    from codes
)

select * from final
