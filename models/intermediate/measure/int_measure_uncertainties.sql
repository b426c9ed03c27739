{#- All measures: docs/measures/results.md#summary; REP-15, REP-16, REP-17 -#}
{# How sure the result that stands for a measure is: the interval of its percentage, whether few
   events stand behind it, how near a level is, and what the other readings give. #}
with

confidences as (
    select *
    from {{ ref('comparison_confidences') }}
    where comparison_id = 'result'
),

shares as (
    select
        measure_id,
        reporting_month,
        total_count,
        -- Of a mean of providers the events are no sample.
        case
            when aggregation = 'pooled'
                then cast(met_count as double) / nullif(total_count, 0)
        end as met_share
    from {{ ref('int_measure_results') }}
    where
        is_default
        and scope_type = 'national'
),

results as (
    select
        shares.*,
        {{ wilson_bound('met_share', 'total_count', 'z_score', '-') }} as share_lower,
        {{ wilson_bound('met_share', 'total_count', 'z_score', '+') }} as share_upper
    from shares
    inner join confidences
        on {{ is_valid('confidences', 'shares.reporting_month') }}
),

margins as (
    select *
    from {{ ref('int_measure_verdict_margins') }}
),

readings as (
    select *
    from {{ ref('int_measure_readings_spanned') }}
),

marks as (
    select *
    from {{ ref('result_marks') }}
    where mark_id = 'small_number'
),

final as (
    select
        results.measure_id,
        margins.better_status,
        margins.worse_status,
        readings.other_statuses,
        readings.lowest_reading_name,
        readings.lowest_reading_status,
        readings.highest_reading_name,
        readings.highest_reading_status,
        margins.events_to_better_verdict,
        margins.events_to_worse_verdict,
        margins.events_to_change_verdict,
        coalesce(readings.reading_count, 0) as reading_count,
        coalesce(readings.other_verdict_count, 0) as other_verdict_count,
        readings.lowest_reading_pct,
        readings.highest_reading_pct,
        cast(100 * results.share_lower as decimal(9, 6)) as result_lower_pct,
        cast(100 * results.share_upper as decimal(9, 6)) as result_upper_pct,
        coalesce(margins.is_verdict_close, false) as is_verdict_close,
        coalesce(results.total_count between 1 and marks.bound - 1, false) as is_small_number,
        results.reporting_month
    from results
    inner join marks
        on {{ is_valid('marks', 'results.reporting_month') }}
    left join margins
        on
            results.measure_id = margins.measure_id
            and results.reporting_month = margins.reporting_month
    left join readings
        on
            results.measure_id = readings.measure_id
            and results.reporting_month = readings.reporting_month
)

select * from final
