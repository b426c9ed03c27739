with

warnings as (
    select
        submission_key,
        {{ explode_fields('warnings') }} -- noqa: AL03 (its columns are the fields)
    from {{ source('lake', 'submissions') }}
),

final as (
    select
        submission_key,
        rule_id,
        message,
        cast({{ adapter.quote('rows') }} as bigint) as warned_rows
    from warnings
)

select * from final
