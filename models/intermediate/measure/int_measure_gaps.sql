{#- All measures: docs/measures/results.md#blind-spots; RES-16, RES-17 -#}
{# What could not be computed, and why: a month without what feeds a measure reads `no_events`, as
   does one in which nothing happened; here the two differ. #}
with

measures as (
    select *
    from {{ ref('measures') }}
),

variants as (
    select
        measure_id,
        variant_id
    from {{ ref('measure_variants') }}
    where is_default
),

measure_extracts as (
    select
        measure_id,
        extract
    from {{ ref('measure_extracts') }}
),

months as (
    select reporting_month
    from {{ ref('int_reporting_months_with_data') }}
),

submission_months as (
    select *
    from {{ ref('int_submission_months') }}
),

outcomes as (
    select
        outcomes.measure_id,
        outcomes.reporting_month,
        outcomes.basis,
        sum(outcomes.total_count + outcomes.excluded_count + outcomes.unseen_count) as event_count
    from {{ ref('int_measure_outcomes') }} as outcomes
    inner join variants
        on
            outcomes.measure_id = variants.measure_id
            and outcomes.variant_id = variants.variant_id
    group by outcomes.measure_id, outcomes.reporting_month, outcomes.basis
),

-- A measure may stand on several bases, which tell the same events.
events as (
    select
        measure_id,
        reporting_month,
        max(event_count) as event_count
    from outcomes
    group by measure_id, reporting_month
    having max(event_count) > 0
),

without_result as (
    select
        events.measure_id,
        events.reporting_month,
        events.event_count,
        case
            when measures.measure_id is null then 'not_in_force'
            else 'month_not_reported'
        end as reason
    from events
    left join measures
        on
            events.measure_id = measures.measure_id
            and {{ is_valid('measures', 'events.reporting_month') }}
    left join months
        on events.reporting_month = months.reporting_month
    where measures.measure_id is null or months.reporting_month is null
),

received as (
    select distinct
        extract,
        reporting_month
    from submission_months
),

without_extract as (
    select
        measures.measure_id,
        months.reporting_month,
        events.event_count,
        'extract_not_received' as reason
    from measures
    inner join months
        on {{ is_valid('measures', 'months.reporting_month') }}
    inner join measure_extracts
        on measures.measure_id = measure_extracts.measure_id
    left join received
        on
            measure_extracts.extract = received.extract
            and months.reporting_month = received.reporting_month
    left join events
        on
            measures.measure_id = events.measure_id
            and months.reporting_month = events.reporting_month
    where received.extract is null
),

of_odd_months as (
    select distinct
        measure_extracts.measure_id,
        submission_months.reporting_month,
        cast(null as bigint) as event_count,
        'month_not_plausible' as reason
    from submission_months
    inner join measure_extracts
        on submission_months.extract = measure_extracts.extract
    where not submission_months.is_plausible
),

gaps as (
    select * from without_result
    union all
    select * from without_extract
    union all
    select * from of_odd_months
),

final as (
    select
        gaps.measure_id,
        gaps.reporting_month,
        gaps.reason,
        measure_extracts.extract,
        cast(gaps.event_count as bigint) as event_count
    from gaps
    left join measure_extracts
        on gaps.measure_id = measure_extracts.measure_id
)

select * from final
