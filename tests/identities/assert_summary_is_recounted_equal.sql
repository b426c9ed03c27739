{{ config(group='measure') }}
-- What the summary says beside a result, found by other means: contributions from the parts of the
-- outcomes, the events that would change a verdict by applying them, the span by sorting every
-- reading. A reader would look for the cause of a fall in the wrong place, or trust a verdict that
-- hangs on one event.
with

summary as (
    select *
    from {{ ref('rpt_measure_summary') }}
),

contributions as (
    select *
    from {{ ref('rpt_measure_contributions') }}
),

results as (
    select *
    from {{ ref('fct_measure_results') }}
),

outcomes as (
    select *
    from {{ ref('fct_measure_outcomes') }}
    where is_default
),

standing as (
    select *
    from results
    where
        is_default
        and scope_type = 'national'
),

unequal_results as (
    select
        'a measure and month has not the row of its result' as fault,
        coalesce(standing.measure_id, summary.measure_id) as measure_id,
        coalesce(standing.reporting_month, summary.reporting_month) as reporting_month
    from standing
    full join summary
        on
            standing.measure_id = summary.measure_id
            and standing.reporting_month = summary.reporting_month
    where
        standing.result_pct is distinct from summary.result_pct
        or standing.status is distinct from summary.status
        or standing.met_count is distinct from summary.met_count
),

sums as (
    select
        contributions.measure_id,
        contributions.reporting_month,
        contributions.scope_type,
        sum(contributions.contribution_points) as contribution_points,
        sum(contributions.lost_points) as lost_points,
        count(contributions.contribution_points) as contribution_count
    from contributions
    group by contributions.measure_id, contributions.reporting_month, contributions.scope_type
),

-- A decimal place for each part may be rounded.
unequal_sums as (
    select
        sums.scope_type || 's do not add up to the change' as fault,
        summary.measure_id,
        summary.reporting_month
    from summary
    inner join sums
        on
            summary.measure_id = sums.measure_id
            and summary.reporting_month = sums.reporting_month
    where
        abs(coalesce(sums.contribution_points, 0) - coalesce(summary.change_points, 0)) > 0.00002
        or (summary.change_points is null) != (sums.contribution_count = 0)
        or abs(coalesce(sums.lost_points + summary.result_pct - 100, 0)) > 0.00002
),

parts as (
    {% for kind in ['region', 'provider'] %}
        select
            outcomes.measure_id,
            outcomes.reporting_month,
            '{{ kind }}' as scope_type,
            outcomes.{{ kind }} as scope,
            sum(outcomes.total_count) - sum(outcomes.met_count) as missed_count,
            sum(outcomes.total_count) as total_count
        from outcomes
        group by outcomes.measure_id, outcomes.reporting_month, outcomes.{{ kind }}
        having sum(outcomes.total_count) > 0
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

unequal_parts as (
    select
        'a part is not that of the outcomes' as fault,
        coalesce(parts.measure_id, contributions.measure_id) as measure_id,
        coalesce(parts.reporting_month, contributions.reporting_month) as reporting_month
    from parts
    full join contributions
        on
            parts.measure_id = contributions.measure_id
            and parts.reporting_month = contributions.reporting_month
            and parts.scope_type = contributions.scope_type
            and parts.scope = contributions.scope
    where
        (coalesce(contributions.total_count, 0) > 0) != (parts.measure_id is not null)
        or contributions.missed_count != coalesce(parts.missed_count, 0)
        or contributions.total_count != coalesce(parts.total_count, 0)
),

-- Each number of events, and the one before it, put into the result.
changed as (
    {% for better in [true, false] %}
        {% set events = 'events_to_better_verdict' if better else 'events_to_worse_verdict' %}
        {% for short in [0, 1] %}
            select
                measure_id,
                reporting_month,
                status,
                target_pct,
                minimum_pct,
                total_count,
                met_count {{ '+' if better else '-' }} ({{ events }} - {{ short }}) as met_count,
                {{ 'better_status' if better else 'worse_status' }} as status_given,
                {{ short }} = 0 as is_enough
            from summary
            where {{ events }} is not null
            {{ 'union all' if better or not loop.last }}
        {% endfor %}
    {% endfor %}
),

applied as (
    select
        *,
        case
            when met_count * 100 >= target_pct * total_count then 'target_met'
            when met_count * 100 >= minimum_pct * total_count then 'minimum_met'
            else 'below_minimum'
        end as status_then
    from changed
),

other_verdicts as (
    select
        'so many events do not change the verdict as is said' as fault,
        measure_id,
        reporting_month
    from applied
    where
        is_enough != (status_then != status)
        or (is_enough and status_then != status_given)
),

missing_margins as (
    select
        'a verdict without events to change it' as fault,
        measure_id,
        reporting_month
    from summary
    where
        (status in ('target_met', 'minimum_met', 'below_minimum') and minimum_pct > 0)
        != (events_to_change_verdict is not null)
        or events_to_change_verdict > events_to_better_verdict
        or events_to_change_verdict > events_to_worse_verdict
        or events_to_change_verdict not in (
            coalesce(events_to_better_verdict, -1), coalesce(events_to_worse_verdict, -1)
        )
),

spans as (
    select
        measure_id,
        reporting_month,
        list(result_pct order by result_pct) as readings
    from results
    where
        scope_type = 'national'
        and result_pct is not null
    group by measure_id, reporting_month
),

unequal_spans as (
    select
        'the span is not that of all readings' as fault,
        summary.measure_id,
        summary.reporting_month
    from summary
    left join spans
        on
            summary.measure_id = spans.measure_id
            and summary.reporting_month = spans.reporting_month
    where
        spans.readings[1] is distinct from summary.lowest_reading_pct
        or spans.readings[-1] is distinct from summary.highest_reading_pct
        or coalesce(len(spans.readings), 0) != summary.reading_count
),

ranks as (
    select
        'not every measure of the month has its place' as fault,
        min(measure_id) as measure_id,
        reporting_month
    from summary
    group by reporting_month
    having
        count(distinct attention_rank) != count(*)
        or max(attention_rank) != count(*)
)

select * from unequal_results
union all
select * from unequal_sums
union all
select * from unequal_parts
union all
select * from other_verdicts
union all
select * from missing_margins
union all
select * from unequal_spans
union all
select * from ranks
