with

codes as (
    select
        provider,
        period,
        version,
        filename,
        file_row_number,
        response_code,
        outcome_class,
        project_rows,
        provenance,
        source
    from {{ source('lake', 'duis_response_codes') }}
),

final as (
    select
        {{ submission_key('duis_response_codes') }} as submission_key,
        response_code,
        outcome_class,
        project_rows,
        provenance,
        source,
        {{ file_name('filename') }} as source_file,
        file_row_number as source_row
    from codes
)

select * from final
