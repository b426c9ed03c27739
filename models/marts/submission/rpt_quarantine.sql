{#- All extracts: docs/measures/results.md#in-and-out; LND-04 -#}
with

submissions as (
    select *
    from {{ ref('fct_submissions') }}
),

quarantined as (
    select
        submission_key,
        rule_id,
        count(*) as row_count
    from {{ ref('fct_quarantined_rows') }}
    group by submission_key, rule_id
),

warned as (
    select
        submission_key,
        rule_id,
        sum(warned_rows) as row_count
    from {{ ref('stg_lake__submission_warnings') }}
    group by submission_key, rule_id
),

refusals as (
    select *
    from {{ ref('fct_refusals') }}
),

rules as (
    select *
    from {{ ref('validation_rules') }}
),

noticed as (
    select
        submission_key,
        rule_id,
        row_count
    from quarantined
    union all
    select
        submission_key,
        rule_id,
        row_count
    from warned
),

found as (
    select
        submissions.provider,
        submissions.extract,
        submissions.reporting_month,
        noticed.rule_id,
        noticed.row_count,
        case when submissions.is_current then noticed.row_count end as current_row_count
    from noticed
    inner join submissions
        on noticed.submission_key = submissions.submission_key
    union all
    select
        provider,
        extract,
        reporting_month,
        rule_id,
        null as row_count,
        null as current_row_count
    from refusals
),

grouped as (
    select
        provider,
        extract,
        reporting_month,
        rule_id,
        count(*) as submission_count,
        sum(row_count) as row_count,
        sum(current_row_count) as current_row_count
    from found
    group by provider, extract, reporting_month, rule_id
),

current_submissions as (
    select
        provider,
        extract,
        reporting_month,
        received_rows
    from submissions
    where is_current
),

final as (
    select
        grouped.provider,
        grouped.extract,
        grouped.rule_id,
        rules.consequence,
        rules.rule_description,
        rules.remedy,
        cast(grouped.submission_count as bigint) as submission_count,
        cast(grouped.row_count as bigint) as row_count,
        cast(grouped.current_row_count as bigint) as current_row_count,
        current_submissions.received_rows as current_received_rows,
        cast(
            case
                when current_submissions.received_rows > 0
                    then 100.0 * grouped.current_row_count / current_submissions.received_rows
            end as decimal(9, 6)
        ) as current_row_pct,
        grouped.reporting_month
    from grouped
    left join rules
        on grouped.rule_id = rules.rule_id
    left join current_submissions
        on
            grouped.provider = current_submissions.provider
            and grouped.extract = current_submissions.extract
            and grouped.reporting_month = current_submissions.reporting_month
)

select * from final
