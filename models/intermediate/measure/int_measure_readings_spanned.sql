{#- All measures: docs/measures/results.md#summary; REP-16 -#}
{# How far the readings of a measure lie apart, and whether another one gives another verdict. A
   reading is a variant in an aggregation; one without a figure is left out. #}
with

figures as (
    select *
    from {{ ref('int_measure_figures') }}
    where scope_type = 'national'
),

aggregations as (
    select
        aggregation,
        aggregation_name,
        is_default
    from {{ ref('measure_aggregations') }}
),

standing as (
    select
        measure_id,
        reporting_month,
        status
    from figures
    where is_default
),

readings as (
    select
        figures.measure_id,
        figures.reporting_month,
        figures.status,
        figures.result_pct,
        case
            when aggregations.is_default then figures.variant_name
            else figures.variant_name || ', ' || lower(aggregations.aggregation_name)
        end as reading_name,
        figures.status != standing.status
        and figures.status in ('target_met', 'minimum_met', 'below_minimum') as is_other_verdict,
        row_number() over (
            partition by figures.measure_id, figures.reporting_month
            order by
                figures.result_pct asc,
                figures.is_default desc,
                aggregations.is_default desc,
                figures.variant_id asc,
                figures.aggregation asc
        ) as place_from_lowest,
        row_number() over (
            partition by figures.measure_id, figures.reporting_month
            order by
                figures.result_pct desc,
                figures.is_default desc,
                aggregations.is_default desc,
                figures.variant_id asc,
                figures.aggregation asc
        ) as place_from_highest
    from figures
    inner join standing
        on
            figures.measure_id = standing.measure_id
            and figures.reporting_month = standing.reporting_month
    inner join aggregations
        on figures.aggregation = aggregations.aggregation
    where figures.result_pct is not null
),

final as (
    select
        measure_id,
        max(case when place_from_lowest = 1 then reading_name end) as lowest_reading_name,
        max(case when place_from_lowest = 1 then status end) as lowest_reading_status,
        max(case when place_from_highest = 1 then reading_name end) as highest_reading_name,
        max(case when place_from_highest = 1 then status end) as highest_reading_status,
        {{ sorted_texts('case when is_other_verdict then status end') }} as other_statuses,
        count(*) as reading_count,
        count(case when is_other_verdict then 1 end) as other_verdict_count,
        min(result_pct) as lowest_reading_pct,
        max(result_pct) as highest_reading_pct,
        reporting_month
    from readings
    group by measure_id, reporting_month
)

select * from final
