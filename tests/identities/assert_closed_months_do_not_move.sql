-- A month is closed once a later month is reported. A published figure of a closed month may move
-- only because a submission that it rests on changed, or because the seed acknowledged_restatements
-- says so: anything else (a rule or a seed row edited in passing) would rewrite history without
-- anybody having decided it.
with

published as (
    select *
    from {{ ref('fct_measure_results_published') }}
    qualify
        rank() over (
            order by published_at desc
        ) = 1
),

closed as (
    select *
    from published
    where
        reporting_month < (
            select clock.last_reporting_month from {{ ref('int_reporting_clock') }} as clock
        )
),

results as (
    select *
    from {{ ref('fct_measure_results') }}
),

acknowledged as (
    select *
    from {{ ref('acknowledged_restatements') }}
)

select
    closed.measure_id,
    closed.variant_id,
    closed.reporting_month,
    closed.scope_type,
    closed.scope,
    closed.aggregation,
    closed.result_pct as published_result_pct,
    results.result_pct
from closed
left join results
    on
        closed.measure_id = results.measure_id
        and closed.variant_id = results.variant_id
        and closed.reporting_month = results.reporting_month
        and closed.scope_type = results.scope_type
        and closed.scope = results.scope
        and closed.aggregation = results.aggregation
left join acknowledged
    on
        closed.measure_id = acknowledged.measure_id
        and closed.reporting_month between acknowledged.first_month and acknowledged.last_month
where
    acknowledged.measure_id is null
    and closed.basis != 'not_reportable'
    and closed.submission_keys is not distinct from results.submission_keys
    and (
        closed.met_count is distinct from results.met_count
        or closed.total_count is distinct from results.total_count
        or closed.excluded_count is distinct from results.excluded_count
        or closed.status is distinct from results.status
    )
