-- An event that belongs to no region or no provider, or to two, would make the parts of a result
-- differ from the whole. Under every scenario: what is published is one.
with

results as (
    select *
    from {{ ref('rpt_scenario_results') }}
    where
        aggregation = 'pooled'
        and basis != 'not_reportable'
),

summed as (
    select
        scenario_id,
        measure_id,
        variant_id,
        reporting_month,
        scope_type,
        sum(met_count) as met_count,
        sum(total_count) as total_count,
        sum(excluded_count) as excluded_count,
        sum(met_count_before_exceptions) as met_count_before_exceptions,
        sum(total_count_before_exceptions) as total_count_before_exceptions
    from results
    group by scenario_id, measure_id, variant_id, reporting_month, scope_type
)

select parts.*
from summed as parts
inner join summed as whole
    on
        parts.scenario_id = whole.scenario_id
        and parts.measure_id = whole.measure_id
        and parts.variant_id = whole.variant_id
        and parts.reporting_month = whole.reporting_month
        and whole.scope_type = 'national'
where
    parts.met_count != whole.met_count
    or parts.total_count != whole.total_count
    or parts.excluded_count != whole.excluded_count
    or parts.met_count_before_exceptions != whole.met_count_before_exceptions
    or parts.total_count_before_exceptions != whole.total_count_before_exceptions
