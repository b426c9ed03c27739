with

submissions as (
    select
        submission_key,
        unnest(warnings) as warning
    from {{ source('lake', 'submissions') }}
),

final as (
    select
        submission_key,
        warning.rule_id as rule_id,
        warning.message as message,
        cast(warning.rows as bigint) as warned_rows
    from submissions
)

select * from final
