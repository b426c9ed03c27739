{#- All measures: docs/measures/results.md#summary; REP-17 -#}
{# How many events more or fewer that met the measure would have changed the verdict, of as many
   events as there were. In whole numbers, as the verdict is: the least count that is on a level is
   level * total / 10,000, rounded up. #}
with

results as (
    select
        measure_id,
        reporting_month,
        status,
        met_count,
        total_count,
        cast(100 * target_pct as bigint) as target_bp,
        cast(100 * minimum_pct as bigint) as minimum_bp
    from {{ ref('int_measure_results') }}
    where
        is_default
        and scope_type = 'national'
        and aggregation = 'pooled'
        and status in ('target_met', 'minimum_met', 'below_minimum')
),

marks as (
    select *
    from {{ ref('result_marks') }}
    where mark_id = 'close_verdict'
),

needed as (
    select
        *,
        cast(floor((target_bp * total_count + 9999) / 10000.0) as bigint) as target_met_count,
        cast(floor((minimum_bp * total_count + 9999) / 10000.0) as bigint) as minimum_met_count
    from results
),

margins as (
    select
        *,
        case status
            when 'minimum_met' then target_met_count - met_count
            when 'below_minimum' then minimum_met_count - met_count
        end as events_to_better_verdict,
        case
            when status = 'minimum_met' or minimum_met_count >= target_met_count then 'target_met'
            else 'minimum_met'
        end as better_status,
        case status
            when 'target_met' then met_count - target_met_count + 1
            when 'minimum_met' then met_count - minimum_met_count + 1
        end as events_to_worse_verdict,
        case
            when status = 'minimum_met' or minimum_met_count >= target_met_count
                then 'below_minimum'
            else 'minimum_met'
        end as worse_status
    from needed
),

-- A level of 0 is met whatever happens.
possible as (
    select
        measure_id,
        reporting_month,
        status,
        total_count,
        events_to_better_verdict,
        case when events_to_better_verdict is not null then better_status end as better_status,
        case when events_to_worse_verdict <= met_count then events_to_worse_verdict end
            as events_to_worse_verdict,
        case when events_to_worse_verdict <= met_count then worse_status end as worse_status
    from margins
),

final as (
    select
        possible.measure_id,
        possible.better_status,
        possible.worse_status,
        possible.events_to_better_verdict,
        possible.events_to_worse_verdict,
        least(
            coalesce(possible.events_to_better_verdict, possible.events_to_worse_verdict),
            coalesce(possible.events_to_worse_verdict, possible.events_to_better_verdict)
        ) as events_to_change_verdict,
        coalesce(
            least(
                coalesce(possible.events_to_better_verdict, possible.events_to_worse_verdict),
                coalesce(possible.events_to_worse_verdict, possible.events_to_better_verdict)
            ) * 1000 <= greatest(marks.bound * possible.total_count, 1000),
            false
        ) as is_verdict_close,
        possible.reporting_month
    from possible
    inner join marks
        on {{ is_valid('marks', 'possible.reporting_month') }}
)

select * from final
