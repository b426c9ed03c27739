-- Results that moved, before and after: those that stand for their measure first, and among them
-- the verdicts that flip.
with compared as (
    select
        base_results.met_count as met_before,
        base_results.total_count as total_before,
        base_results.result_pct as pct_before,
        base_results.status as status_before,
        base_results.basis as basis_before,
        change_results.met_count as met_after,
        change_results.total_count as total_after,
        change_results.result_pct as pct_after,
        change_results.status as status_after,
        change_results.basis as basis_after,
        coalesce(change_results.measure_id, base_results.measure_id) as measure_id,
        coalesce(change_results.variant_id, base_results.variant_id) as variant_id,
        coalesce(change_results.reporting_month, base_results.reporting_month) as reporting_month,
        coalesce(change_results.scope_type, base_results.scope_type) as scope_type,
        coalesce(change_results.scope, base_results.scope) as scope,
        coalesce(change_results.aggregation, base_results.aggregation) as aggregation,
        coalesce(change_results.is_default, base_results.is_default) as is_default,
        case
            when base_results.measure_id is null then 'came'
            when change_results.measure_id is null then 'gone'
            else 'moved'
        end as difference,
        -- A reading that stands for its measure no longer, or only now, moves what is reported too.
        coalesce(base_results.is_default != change_results.is_default, false) as is_other_default,
        case
            when base_results.measure_id is null or change_results.measure_id is null
                then getvariable('cause')
            when
                coalesce(base_results.submission_keys, '')
                = coalesce(change_results.submission_keys, '')
                then 'definitions'
            else 'submissions'
        end as cause
    from base.marts.fct_measure_results as base_results
    full join change.marts.fct_measure_results as change_results
        on
            base_results.measure_id = change_results.measure_id
            and base_results.variant_id = change_results.variant_id
            and base_results.reporting_month = change_results.reporting_month
            and base_results.scope_type = change_results.scope_type
            and base_results.scope = change_results.scope
            and base_results.aggregation = change_results.aggregation
    where
        base_results.measure_id is null
        or change_results.measure_id is null
        or base_results.met_count is distinct from change_results.met_count
        or base_results.total_count is distinct from change_results.total_count
        or base_results.excluded_count is distinct from change_results.excluded_count
        or base_results.result_pct is distinct from change_results.result_pct
        or base_results.coverage_pct is distinct from change_results.coverage_pct
        or base_results.target_pct is distinct from change_results.target_pct
        or base_results.minimum_pct is distinct from change_results.minimum_pct
        or base_results.status is distinct from change_results.status
        or base_results.basis is distinct from change_results.basis
        or base_results.is_default is distinct from change_results.is_default
)

select
    *,
    difference = 'moved'
    and coalesce(status_before, '') != coalesce(status_after, '') as is_flipped
from compared
order by
    is_default desc,
    is_flipped desc,
    measure_id asc,
    variant_id asc,
    reporting_month asc,
    scope_type asc,
    scope asc,
    aggregation asc
