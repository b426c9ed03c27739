{#- All extracts: docs/measures/results.md#in-and-out; LND-04, PRI-01 -#}
{# The row's text and the reason in words stay in the lake: both may quote an identifier of a device
   or a party, and this mart is published. #}
with

quarantined as (
    select *
    from {{ ref('stg_lake__quarantined_rows') }}
),

submissions as (
    select *
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
        quarantined.submission_key,
        quarantined.file_name,
        quarantined.file_line,
        submissions.provider,
        submissions.extract,
        submissions.submission_version,
        quarantined.rule_id,
        quarantined.rule_ids,
        rules.rule_description as reason,
        rules.remedy,
        concat(
            quarantined.extract,
            '/provider=', quarantined.provider,
            '/period=', quarantined.period,
            '/version=', quarantined.submission_version,
            '/_quarantine/', quarantined.quarantine_file
        ) as text_lies_in,
        submissions.is_current,
        submissions.is_synthetic,
        submissions.reporting_month,
        submissions.received_at
    from quarantined
    inner join submissions
        on quarantined.submission_key = submissions.submission_key
    left join rules
        on quarantined.rule_id = rules.rule_id
)

select * from final
