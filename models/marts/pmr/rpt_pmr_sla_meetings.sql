{#- H13.4: docs/measures/pmr_timeliness.md#months-and-meetings; PMR-15, PMR-09 -#}
{# Two regimes of the same length make the same papers, so each length is counted once. #}
with

periods as (
    select *
    from {{ ref('pmr_sla_periods') }}
),

verdicts as (
    select distinct
        calendar,
        sla_working_days,
        reporting_month,
        reporting_meeting_verdict,
        main_meeting_verdict,
        data_age_days
    from {{ ref('int_pmr_sla_verdicts') }}
),

regimes as (
    select
        sla_working_days,
        min(cost_gbp) as cost_gbp,
        bool_or(is_cost_floor) as is_cost_floor
    from {{ ref('pmr_sla_regimes') }}
    group by sla_working_days
),

paper_options as (
    select
        regimes.sla_working_days,
        listed.option_number,
        listed.option_name,
        listed.is_recommended
    from {{ ref('pmr_sla_options') }} as listed
    inner join {{ ref('pmr_sla_regimes') }} as regimes
        on listed.regime_id = regimes.regime_id
),

counted as (
    select
        periods.period_id,
        verdicts.calendar,
        verdicts.sla_working_days,
        min(verdicts.reporting_month) as first_reporting_month,
        max(verdicts.reporting_month) as last_reporting_month,
        count(*) as month_count,
        count(*) filter (where verdicts.reporting_meeting_verdict = 'in_time')
            as reporting_in_time_count,
        count(*) filter (where verdicts.reporting_meeting_verdict = 'same_day')
            as reporting_same_day_count,
        count(*) filter (where verdicts.main_meeting_verdict = 'in_time') as main_in_time_count,
        count(*) filter (where verdicts.main_meeting_verdict = 'same_day') as main_same_day_count,
        avg(verdicts.data_age_days) as mean_data_age_days
    from periods
    inner join verdicts
        on
            periods.first_reporting_month <= verdicts.reporting_month
            and periods.last_reporting_month >= verdicts.reporting_month
    group by periods.period_id, verdicts.calendar, verdicts.sla_working_days
),

recommended as (
    select sla_working_days
    from paper_options
    where is_recommended
),

beside as (
    select
        counted.*,
        counted.reporting_in_time_count - kept.reporting_in_time_count
            as reporting_meetings_gained_count,
        counted.main_in_time_count - kept.main_in_time_count as main_meetings_gained_count
    from counted
    cross join recommended
    inner join counted as kept
        on
            counted.period_id = kept.period_id
            and counted.calendar = kept.calendar
            and recommended.sla_working_days = kept.sla_working_days
),

final as (
    select
        beside.period_id,
        beside.calendar,
        beside.sla_working_days,
        paper_options.option_number,
        paper_options.option_name,
        paper_options.is_recommended,
        beside.month_count,
        beside.reporting_in_time_count,
        beside.reporting_same_day_count,
        beside.main_in_time_count,
        beside.main_same_day_count,
        cast(100.0 * beside.reporting_in_time_count / beside.month_count as decimal(9, 6))
            as reporting_in_time_pct,
        cast(100.0 * beside.main_in_time_count / beside.month_count as decimal(9, 6))
            as main_in_time_pct,
        cast(beside.mean_data_age_days as decimal(9, 2)) as mean_data_age_days,
        beside.reporting_meetings_gained_count,
        beside.main_meetings_gained_count,
        cast(regimes.cost_gbp as decimal(12, 2)) as cost_gbp,
        regimes.is_cost_floor,
        cast(
            regimes.cost_gbp / nullif(
                beside.reporting_meetings_gained_count + beside.main_meetings_gained_count, 0
            ) as decimal(12, 2)
        ) as meeting_gained_gbp,
        beside.first_reporting_month,
        beside.last_reporting_month
    from beside
    inner join regimes
        on beside.sla_working_days = regimes.sla_working_days
    left join paper_options
        on beside.sla_working_days = paper_options.sla_working_days
)

select * from final
