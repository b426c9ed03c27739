{#- All measures: docs/measures/results.md#restatements; PUB-01, PUB-04, PUB-05 -#}
{# Where other submissions count now, they moved the figure; where the same do, a rule, a seed row
   or the clock did. #}
with

restated as (
    select *
    from {{ ref('int_figures_restated') }}
),

restating_submissions as (
    select *
    from {{ ref('int_restating_submissions') }}
),

acknowledged as (
    select *
    from {{ ref('acknowledged_restatements') }}
),

latest as (
    select max(publication_id) as publication_id
    from {{ ref('int_published_results') }}
),

acknowledged_months as (
    select distinct
        restated.measure_id,
        restated.reporting_month,
        acknowledged.reason
    from restated
    inner join acknowledged
        on
            restated.measure_id = acknowledged.measure_id
            and restated.reporting_month
            between acknowledged.first_month and acknowledged.last_month
),

reasons as (
    select
        measure_id,
        reporting_month,
        {{ sorted_texts('reason', '; ') }} as acknowledged_reason
    from acknowledged_months
    group by measure_id, reporting_month
),

final as (
    select
        restated.measure_id,
        restated.variant_id,
        restated.scope_type,
        restated.scope,
        restated.aggregation,
        restated.first_publication_id,
        restated.last_publication_id,
        case
            when
                restating_submissions.submissions is not null
                or restating_submissions.submissions_no_longer_behind is not null
                then 'submissions'
            else 'definitions'
        end as cause,
        restating_submissions.submissions,
        restating_submissions.submissions_no_longer_behind,
        restated.basis as as_published_basis,
        restated.now_basis,
        restated.status as as_published_status,
        restated.now_status,
        reasons.acknowledged_reason,
        restated.met_count as as_published_met_count,
        restated.now_met_count,
        restated.total_count as as_published_total_count,
        restated.now_total_count,
        restated.excluded_count as as_published_excluded_count,
        restated.now_excluded_count,
        restated.result_pct as as_published_pct,
        restated.now_result_pct as now_pct,
        cast(restated.now_result_pct - restated.result_pct as decimal(9, 6)) as difference_points,
        restated.coverage_pct as as_published_coverage_pct,
        restated.now_coverage_pct,
        restated.publication_count,
        restated.is_default as as_published_is_default,
        restated.now_is_default,
        restated.last_publication_id = latest.publication_id as is_latest_published,
        restated.is_withdrawn,
        reasons.acknowledged_reason is not null as is_acknowledged,
        restated.reporting_month,
        restated.first_published_at,
        restated.last_published_at
    from restated
    inner join restating_submissions
        on
            restated.submission_keys is not distinct from restating_submissions.submission_keys
            and restated.now_submission_keys
            is not distinct from restating_submissions.now_submission_keys
    cross join latest
    left join reasons
        on
            restated.measure_id = reasons.measure_id
            and restated.reporting_month = reasons.reporting_month
)

select * from final
