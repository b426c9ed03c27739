{#- All measures: docs/measures/results.md#formula; RES-01, RES-03, RES-04, RES-12 -#}
{# On the level counts as met (PMM, CPM 8: less than or equal). A level is compared with an exact
   fraction, in whole numbers: no rounding for show can decide a verdict. #}
{{ config(materialized='table') }}

with

expected as (
    select *
    from {{ ref('int_measure_results_expected') }}
),

results as (
    select *
    from {{ ref('int_measure_results_summed') }}
),

submission_lists as (
    select *
    from {{ ref('int_measure_result_submissions') }}
),

submissions as (
    select is_synthetic
    from {{ ref('int_submissions_current') }}
),

synthetic as (
    select bool_or(is_synthetic) as is_synthetic
    from submissions
),

joined as (
    select
        expected.*,
        results.result_numerator,
        results.result_denominator,
        submission_lists.submission_keys,
        synthetic.is_synthetic,
        coalesce(results.met_count, 0) as met_count,
        coalesce(results.total_count, 0) as total_count,
        coalesce(results.excluded_count, 0) as excluded_count,
        coalesce(results.met_count_before_exceptions, 0) as met_count_before_exceptions,
        coalesce(results.total_count_before_exceptions, 0) as total_count_before_exceptions,
        coalesce(results.unseen_count, 0) as unseen_count,
        expected.basis != 'not_reportable' as is_reportable
    from expected
    left join results
        on
            expected.scenario_id = results.scenario_id
            and expected.measure_id = results.measure_id
            and expected.variant_id = results.variant_id
            and expected.reporting_month = results.reporting_month
            and expected.scope_type = results.scope_type
            and expected.scope = results.scope
            and expected.aggregation = results.aggregation
    left join submission_lists
        on
            expected.scenario_id = submission_lists.scenario_id
            and expected.measure_id = submission_lists.measure_id
            and expected.variant_id = submission_lists.variant_id
            and expected.reporting_month = submission_lists.reporting_month
            and expected.scope_type = submission_lists.scope_type
            and expected.scope = submission_lists.scope
    cross join synthetic
),

judged as (
    select
        *,
        total_count + excluded_count as seen_count,
        case
            when not is_reportable then 'not_reportable'
            when total_count = 0 then 'no_events'
            when target_bp is null then 'no_level'
            when result_numerator * 10000 >= target_bp * result_denominator then 'target_met'
            when result_numerator * 10000 >= minimum_bp * result_denominator then 'minimum_met'
            else 'below_minimum'
        end as status
    from joined
),

final as (
    select
        scenario_id,
        measure_id,
        variant_id,
        scope_type,
        scope,
        aggregation,
        basis,
        status,
        limitation,
        provenance,
        submission_keys,
        cast(case when is_reportable then met_count end as bigint) as met_count,
        cast(case when is_reportable then total_count end as bigint) as total_count,
        cast(case when is_reportable then excluded_count end as bigint) as excluded_count,
        cast(
            case when is_reportable then met_count_before_exceptions end as bigint
        ) as met_count_before_exceptions,
        cast(
            case when is_reportable then total_count_before_exceptions end as bigint
        ) as total_count_before_exceptions,
        cast(
            case
                when is_reportable and total_count > 0
                    then 100.0 * result_numerator / result_denominator
            end as decimal(9, 6)
        ) as result_pct,
        cast(target_bp / 100.0 as decimal(5, 2)) as target_pct,
        cast(minimum_bp / 100.0 as decimal(5, 2)) as minimum_pct,
        cast(
            case
                when is_reportable and seen_count + unseen_count > 0
                    then 100.0 * seen_count / (seen_count + unseen_count)
            end as decimal(9, 6)
        ) as coverage_pct,
        is_default,
        is_synthetic,
        reporting_month
    from judged
)

select * from final
