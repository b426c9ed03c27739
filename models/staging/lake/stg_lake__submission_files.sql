{# An entry of the register written before rows were quarantined has no counts of them by file: all
   rows were accepted. #}
with

files as (
    select
        submission_key,
        {{ explode_fields('files') }} -- noqa: AL03 (its columns are the fields)
    from {{ source('lake', 'submissions') }}
),

final as (
    select
        submission_key,
        name as file_name,
        {{ file_stem('name') }} as file_stem,
        sha256,
        layout as layout_name,
        cast({{ adapter.quote('rows') }} as bigint) as received_rows,
        cast(coalesce(accepted_rows, {{ adapter.quote('rows') }}) as bigint) as accepted_rows,
        cast(coalesce(quarantined_rows, 0) as bigint) as quarantined_rows
    from files
)

select * from final
