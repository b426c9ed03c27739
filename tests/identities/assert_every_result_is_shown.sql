{{ config(group='measure') }}
-- Both ways: a result that the joins of the shown figures lose, such as one of a reading without a
-- name, would be missing from the report and the explorer without a word.
with

shown as (
    select
        measure_id,
        variant_id,
        reporting_month,
        scope_type,
        scope,
        aggregation,
        result_pct
    from {{ ref('rpt_measure_figures') }}
),

results as (
    select
        measure_id,
        variant_id,
        reporting_month,
        scope_type,
        scope,
        aggregation,
        result_pct
    from {{ ref('fct_measure_results') }}
)

(
    select * from shown
    except all
    select * from results
)
union all
(
    select * from results
    except all
    select * from shown
)
