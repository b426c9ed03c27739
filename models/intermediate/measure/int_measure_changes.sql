{#- All measures: docs/measures/results.md#formula; RES-08 -#}
{# Change of each result on the month before. A figure on another basis is another figure, so that
   no change is given between them, and the row says why. #}
with

results as (
    select
        measure_id,
        variant_id,
        scope_type,
        scope,
        aggregation,
        basis,
        status,
        met_count,
        total_count,
        result_pct,
        is_default,
        reporting_month
    from {{ ref('int_measure_results') }}
),

followed as (
    select
        *,
        cast({{ dbt.dateadd('month', 1, 'reporting_month') }} as date) as next_month
    from results
),

paired as (
    select
        results.*,
        previous.basis as previous_basis,
        previous.status as previous_status,
        previous.met_count as previous_met_count,
        previous.total_count as previous_total_count,
        previous.result_pct as previous_result_pct,
        case
            when results.result_pct is null then 'no_figure'
            when previous.reporting_month is null then 'month_before_not_reported'
            when previous.result_pct is null then 'no_figure_before'
            when results.basis != previous.basis then 'basis_changed'
        end as no_change_reason
    from results
    left join followed as previous
        on
            results.measure_id = previous.measure_id
            and results.variant_id = previous.variant_id
            and results.scope_type = previous.scope_type
            and results.scope = previous.scope
            and results.aggregation = previous.aggregation
            and results.reporting_month = previous.next_month
),

final as (
    select
        measure_id,
        variant_id,
        scope_type,
        scope,
        aggregation,
        basis,
        previous_basis,
        status,
        previous_status,
        met_count,
        previous_met_count,
        total_count,
        previous_total_count,
        result_pct,
        previous_result_pct,
        cast(
            case when no_change_reason is null then result_pct - previous_result_pct end
            as decimal(9, 6)
        ) as change_points,
        no_change_reason,
        is_default,
        coalesce(status != previous_status, false) as is_status_changed,
        reporting_month
    from paired
)

select * from final
