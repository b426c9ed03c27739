{# An entry of the register written before rows were quarantined has no counts of them by file: all
   rows were accepted. #}
with

submissions as (
    select
        submission_key,
        unnest(files) as received_file
    from {{ source('lake', 'submissions') }}
),

final as (
    select
        submission_key,
        received_file.name as file_name,
        {{ file_stem('received_file.name') }} as file_stem,
        received_file.sha256 as sha256,
        cast(received_file.rows as bigint) as received_rows,
        cast(coalesce(received_file.accepted_rows, received_file.rows) as bigint) as accepted_rows,
        cast(coalesce(received_file.quarantined_rows, 0) as bigint) as quarantined_rows
    from submissions
)

select * from final
