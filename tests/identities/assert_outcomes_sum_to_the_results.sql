-- A reader who adds up the parts of fct_measure_outcomes must get the result, in every scope: a
-- metric, a pivot table and the explorer do just that.
with

outcomes as (
    select *
    from {{ ref('fct_measure_outcomes') }}
),

results as (
    select *
    from {{ ref('fct_measure_results') }}
    where
        aggregation = 'pooled'
        and basis != 'not_reportable'
),

summed as (
    select
        results.measure_id,
        results.variant_id,
        results.reporting_month,
        results.scope_type,
        results.scope,
        coalesce(sum(outcomes.met_count), 0) as met_count,
        coalesce(sum(outcomes.total_count), 0) as total_count,
        coalesce(sum(outcomes.excluded_count), 0) as excluded_count,
        coalesce(sum(outcomes.unseen_count), 0) as unseen_count
    from results
    left join outcomes
        on
            results.measure_id = outcomes.measure_id
            and results.variant_id = outcomes.variant_id
            and results.is_default = outcomes.is_default
            and results.reporting_month = outcomes.reporting_month
            and case results.scope_type
                when 'region' then results.scope = outcomes.region
                when 'provider' then results.scope = outcomes.provider
                else true
            end
    group by
        results.measure_id,
        results.variant_id,
        results.reporting_month,
        results.scope_type,
        results.scope
)

select results.*
from results
inner join summed
    on
        results.measure_id = summed.measure_id
        and results.variant_id = summed.variant_id
        and results.reporting_month = summed.reporting_month
        and results.scope_type = summed.scope_type
        and results.scope = summed.scope
where
    results.met_count != summed.met_count
    or results.total_count != summed.total_count
    or results.excluded_count != summed.excluded_count
    or coalesce(
        100.0 * (summed.total_count + summed.excluded_count)
        / nullif(summed.total_count + summed.excluded_count + summed.unseen_count, 0),
        -1
    ) - coalesce(results.coverage_pct, -1) not between -0.000001 and 0.000001
