{#- CPM 1, 2: docs/measures/cpm_1_2.md#formula; SRQ-03, COD-04 -#}
{{ config(materialized='table') }}

with

judged as (
    select *
    from {{ ref('int_service_requests_judged') }}
),

submissions as (
    select
        submission_key,
        provider
    from {{ ref('int_submissions_current') }}
),

code_lists as (
    select
        submission_key,
        valid_from,
        valid_to
    from {{ ref('int_own_lists') }}
    where list_name = 'duis_response_codes'
),

final as (
    select
        judged.measure_id,
        judged.variant_id,
        judged.reporting_month,
        judged.region,
        submissions.provider,
        'measured' as basis,
        concat_ws(',', judged.submission_key, code_lists.submission_key) as submission_keys,
        coalesce(
            sum(judged.within_target_count) filter (
                where judged.exclusion_reason is null and not judged.is_excepted
            ),
            0
        ) as met_count,
        coalesce(
            sum(judged.request_count) filter (
                where judged.exclusion_reason is null and not judged.is_excepted
            ),
            0
        ) as total_count,
        coalesce(
            sum(judged.request_count) filter (
                where judged.exclusion_reason is not null or judged.is_excepted
            ),
            0
        ) as excluded_count,
        coalesce(
            sum(judged.within_target_count) filter (where judged.exclusion_reason is null), 0
        ) as met_count_before_exceptions,
        coalesce(
            sum(judged.request_count) filter (where judged.exclusion_reason is null), 0
        ) as total_count_before_exceptions,
        0 as unseen_count
    from judged
    inner join submissions
        on judged.submission_key = submissions.submission_key
    left join code_lists
        on {{ is_listed('code_lists', 'judged.reporting_month') }}
    group by
        judged.measure_id,
        judged.variant_id,
        judged.reporting_month,
        judged.region,
        submissions.provider,
        judged.submission_key,
        code_lists.submission_key
)

select * from final
