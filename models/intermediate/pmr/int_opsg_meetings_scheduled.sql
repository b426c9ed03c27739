{#- H13.4: docs/measures/pmr_timeliness.md#meetings; PMR-03 -#}
{# Dates that the OPSG paper names win; the pattern that they fit fills every other month. A day
   that is no Working Day gives way to the next one (assumed). #}
with

months as (
    select reporting_month
    from {{ ref('int_calendar_months') }}
),

patterns as (
    select
        meeting_kind,
        months_after_period,
        iso_weekday,
        occurrence,
        paper_days_before,
        calendar,
        valid_from,
        valid_to,
        provenance
    from {{ ref('opsg_meeting_patterns') }}
),

meetings_named as (
    select
        meeting_kind,
        reporting_month,
        meeting_date,
        paper_date,
        provenance
    from {{ ref('opsg_meetings') }}
),

calendar_dates as (
    select
        calendar,
        calendar_date,
        iso_weekday,
        working_day_number_on_or_after
    from {{ ref('int_working_day_calendar') }}
),

working_days as (
    select
        calendar,
        calendar_date,
        working_day_number
    from {{ ref('int_working_day_calendar') }}
    where is_working_day
),

weekdays_of_meeting_months as (
    select
        months.reporting_month,
        patterns.meeting_kind,
        patterns.occurrence,
        patterns.paper_days_before,
        patterns.calendar,
        patterns.provenance,
        min(calendar_dates.calendar_date) as first_weekday_date,
        max(calendar_dates.calendar_date) as last_weekday_date
    from months
    inner join patterns
        on {{ is_valid('patterns', 'months.reporting_month') }}
    inner join calendar_dates
        on
            patterns.calendar = calendar_dates.calendar
            and patterns.iso_weekday = calendar_dates.iso_weekday
            and patterns.months_after_period = {{ dbt.datediff(
                'months.reporting_month', 'calendar_dates.calendar_date', 'month'
            ) }}
    group by
        months.reporting_month,
        patterns.meeting_kind,
        patterns.occurrence,
        patterns.paper_days_before,
        patterns.calendar,
        patterns.provenance
),

pattern_dates as (
    select
        *,
        case occurrence
            when 'first' then first_weekday_date
            when 'last' then last_weekday_date
        end as pattern_date
    from weekdays_of_meeting_months
),

meetings_dated as (
    select
        pattern_dates.reporting_month,
        pattern_dates.meeting_kind,
        pattern_dates.calendar,
        pattern_dates.paper_days_before,
        pattern_dates.provenance as pattern_provenance,
        meetings_named.paper_date as named_paper_date,
        meetings_named.provenance as named_provenance,
        coalesce(meetings_named.meeting_date, working_days.calendar_date) as meeting_date,
        case
            when meetings_named.meeting_date is not null then meetings_named.provenance
            when working_days.calendar_date = pattern_dates.pattern_date
                then pattern_dates.provenance
            else 'assumed'
        end as meeting_provenance
    from pattern_dates
    inner join calendar_dates
        on
            pattern_dates.calendar = calendar_dates.calendar
            and pattern_dates.pattern_date = calendar_dates.calendar_date
    inner join working_days
        on
            calendar_dates.calendar = working_days.calendar
            and calendar_dates.working_day_number_on_or_after = working_days.working_day_number
    left join meetings_named
        on
            pattern_dates.reporting_month = meetings_named.reporting_month
            and pattern_dates.meeting_kind = meetings_named.meeting_kind
),

paper_days_set as (
    select
        *,
        cast(
            {{ dbt.dateadd('day', '-paper_days_before', 'meeting_date') }} as date
        ) as pattern_paper_date
    from meetings_dated
),

final as (
    select
        paper_days_set.reporting_month,
        paper_days_set.meeting_kind,
        paper_days_set.meeting_date,
        paper_days_set.meeting_provenance,
        coalesce(paper_days_set.named_paper_date, working_days.calendar_date) as paper_date,
        case
            when paper_days_set.named_paper_date is not null then paper_days_set.named_provenance
            when working_days.calendar_date > paper_days_set.pattern_paper_date then 'assumed'
            when paper_days_set.meeting_provenance = 'assumed' then 'assumed'
            else paper_days_set.pattern_provenance
        end as paper_provenance
    from paper_days_set
    inner join calendar_dates
        on
            paper_days_set.calendar = calendar_dates.calendar
            and paper_days_set.pattern_paper_date = calendar_dates.calendar_date
    inner join working_days
        on
            calendar_dates.calendar = working_days.calendar
            and calendar_dates.working_day_number_on_or_after = working_days.working_day_number
)

select * from final
