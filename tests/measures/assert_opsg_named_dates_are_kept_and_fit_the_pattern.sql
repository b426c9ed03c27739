{{ config(group='pmr') }}
-- The six dates that the OPSG paper names, and the meeting of 2 June 2020, as the schedule has
-- them, each with its standing; and the evidence for the pattern: it gives each of the seven. Were
-- one to differ, the pattern for all other months would stand on less.
with

expected (reporting_month, meeting_kind, date_kind, expected_date, provenance) as (
    values
    (date '2020-04-01', 'main', 'meeting', date '2020-06-02', 'inferred'),
    (date '2021-08-01', 'reporting', 'meeting', date '2021-09-27', 'paper'),
    (date '2021-08-01', 'reporting', 'paper', date '2021-09-20', 'paper'),
    (date '2021-08-01', 'main', 'meeting', date '2021-10-05', 'paper'),
    (date '2021-08-01', 'main', 'paper', date '2021-09-28', 'paper'),
    (date '2021-09-01', 'reporting', 'meeting', date '2021-10-25', 'paper'),
    (date '2021-09-01', 'main', 'paper', date '2021-10-26', 'paper')
),

scheduled as (
    select
        reporting_month,
        meeting_kind,
        'meeting' as date_kind,
        meeting_date as scheduled_date,
        meeting_provenance as date_provenance
    from {{ ref('int_opsg_meetings_scheduled') }}
    union all
    select
        reporting_month,
        meeting_kind,
        'paper' as date_kind,
        paper_date as scheduled_date,
        paper_provenance as date_provenance
    from {{ ref('int_opsg_meetings_scheduled') }}
),

patterns as (
    select *
    from {{ ref('opsg_meeting_patterns') }}
),

calendar_dates as (
    select
        calendar,
        calendar_date
    from {{ ref('dim_calendar_dates') }}
),

pattern_meetings as (
    select
        expected.reporting_month,
        expected.meeting_kind,
        expected.date_kind,
        expected.expected_date,
        patterns.paper_days_before,
        case patterns.occurrence
            when 'first' then min(calendar_dates.calendar_date)
            when 'last' then max(calendar_dates.calendar_date)
        end as meeting_date
    from expected
    inner join patterns
        on expected.meeting_kind = patterns.meeting_kind
    inner join calendar_dates
        on
            patterns.calendar = calendar_dates.calendar
            and patterns.iso_weekday = {{ iso_weekday('calendar_dates.calendar_date') }}
            and patterns.months_after_period = {{ dbt.datediff(
                'expected.reporting_month', 'calendar_dates.calendar_date', 'month'
            ) }}
    group by
        expected.reporting_month,
        expected.meeting_kind,
        expected.date_kind,
        expected.expected_date,
        patterns.paper_days_before,
        patterns.occurrence
)

select
    'schedule' as finding,
    expected.reporting_month,
    expected.meeting_kind,
    expected.date_kind,
    expected.expected_date
from expected
left join scheduled
    on
        expected.reporting_month = scheduled.reporting_month
        and expected.meeting_kind = scheduled.meeting_kind
        and expected.date_kind = scheduled.date_kind
        and expected.expected_date = scheduled.scheduled_date
        and expected.provenance = scheduled.date_provenance
where scheduled.reporting_month is null

union all

select
    'pattern' as finding,
    reporting_month,
    meeting_kind,
    date_kind,
    expected_date
from pattern_meetings
where
    expected_date != case date_kind
        when 'meeting' then meeting_date
        else cast({{ dbt.dateadd('day', '-paper_days_before', 'meeting_date') }} as date)
    end
