{#- All extracts: docs/measures/results.md#in-and-out; LND-14 -#}
with

files as (
    select *
    from {{ ref('stg_lake__submission_files') }}
),

submissions as (
    select *
    from {{ ref('fct_submissions') }}
),

final as (
    select
        files.submission_key,
        files.file_name,
        submissions.provider,
        submissions.extract,
        submissions.submission_version,
        files.sha256,
        files.received_rows,
        files.accepted_rows,
        files.quarantined_rows,
        files.layout_name,
        submissions.is_current,
        submissions.is_synthetic,
        submissions.reporting_month
    from files
    inner join submissions
        on files.submission_key = submissions.submission_key
)

select * from final
