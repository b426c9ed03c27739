{#- All extracts: docs/measures/results.md#in-and-out; LND-05, LND-15 -#}
{# The reason in words stays in the lake: where a file has no header, it quotes the first row. #}
with

refusals as (
    select *
    from {{ ref('stg_lake__refusals') }}
    where {{ submission_is_known('received_at', 'refused_at') }}
),

submissions as (
    select submission_key
    from {{ ref('fct_submissions') }}
),

rules as (
    select
        rule_id,
        rule_description,
        remedy
    from {{ ref('validation_rules') }}
),

final as (
    select
        refusals.refusal_file,
        refusals.submission_key,
        refusals.provider,
        refusals.extract,
        refusals.submission_version,
        refusals.rule_id,
        rules.rule_description as reason,
        rules.remedy,
        refusals.file_count,
        submissions.submission_key is not null as has_landed,
        refusals.is_synthetic,
        refusals.reporting_month,
        refusals.received_at,
        refusals.refused_at
    from refusals
    left join rules
        on refusals.rule_id = rules.rule_id
    left join submissions
        on refusals.submission_key = submissions.submission_key
)

select * from final
