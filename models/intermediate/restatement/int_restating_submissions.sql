{#- All measures: docs/measures/results.md#restatements; PUB-05 -#}
{# A correction that leaves a result without events does not stand behind it, and moved it all the
   same: what replaced a submission counts as moving what rested on it. #}
with

restated as (
    select distinct
        submission_keys,
        now_submission_keys
    from {{ ref('int_figures_restated') }}
),

submissions as (
    select
        submission_key,
        extract,
        provider,
        period
    from {{ ref('stg_lake__submissions') }}
),

submissions_current as (
    select
        submission_key,
        extract,
        provider,
        period
    from {{ ref('int_submissions_current') }}
),

keys_then as (
    select
        submission_keys,
        now_submission_keys,
        {{ explode_keys('submission_keys') }} as submission_key
    from restated
),

keys_now as (
    select
        submission_keys,
        now_submission_keys,
        {{ explode_keys('now_submission_keys') }} as submission_key
    from restated
),

successors as (
    select
        keys_then.submission_keys,
        keys_then.now_submission_keys,
        submissions_current.submission_key
    from keys_then
    inner join submissions
        on keys_then.submission_key = submissions.submission_key
    inner join submissions_current
        on
            submissions.extract = submissions_current.extract
            and submissions.provider = submissions_current.provider
            and submissions.period = submissions_current.period
),

count_now as (
    select * from keys_now
    union all
    select * from successors
),

grouped as (
    select
        submission_keys,
        now_submission_keys,
        {{ sorted_texts('submission_key') }} as all_keys_now
    from count_now
    group by submission_keys, now_submission_keys
),

final as (
    select
        restated.submission_keys,
        restated.now_submission_keys,
        {{ keys_without('grouped.all_keys_now', 'restated.submission_keys') }} as submissions,
        {{ keys_without('restated.submission_keys', 'restated.now_submission_keys') }}
            as submissions_no_longer_behind
    from restated
    left join grouped
        on
            restated.submission_keys is not distinct from grouped.submission_keys
            and restated.now_submission_keys is not distinct from grouped.now_submission_keys
)

select * from final
