{#- H13.4: docs/measures/pmr_timeliness.md#meetings; PMR-04, PMR-06, PMR-09 -#}
{# What each service level would mean for the Operations Group. Ready on the paper day itself is
   `same_day`, which is not relied on: the OPSG paper calls it 'close if not impossible'. Two marts
   read it, and the calendars take it a second. #}
{{ config(materialized='table') }}

with

due_dates as (
    select
        reporting_month,
        period_end_date,
        calendar,
        regime_id,
        regime_kind,
        sla_working_days,
        due_date,
        due_working_day_number
    from {{ ref('int_pmr_due_dates') }}
),

regimes_bound as (
    select
        reporting_month,
        regime_id
    from {{ ref('int_pmr_regimes_in_force') }}
),

meetings as (
    select
        reporting_month,
        meeting_kind,
        meeting_date,
        paper_date,
        meeting_provenance,
        paper_provenance
    from {{ ref('int_opsg_meetings_scheduled') }}
),

deliveries as (
    select
        reporting_month,
        delivered_date
    from {{ ref('int_pmr_deliveries_current') }}
),

calendar_dates as (
    select
        calendar,
        calendar_date,
        working_day_number
    from {{ ref('int_working_day_calendar') }}
),

reporting_clock as (
    select
        first_reporting_month,
        {{ working_day_date('as_of_at') }} as as_of_date
    from {{ ref('int_reporting_clock') }}
),

first_deliveries as (
    select
        reporting_month,
        min(delivered_date) as delivered_date
    from deliveries
    group by reporting_month
),

reporting_meetings as (
    select *
    from meetings
    where meeting_kind = 'reporting'
),

main_meetings as (
    select *
    from meetings
    where meeting_kind = 'main'
),

due_days as (
    select distinct due_date
    from due_dates
),

-- Both meetings of a month can fall on one day where a bank holiday moves the first; the report is
-- the business of the reporting meeting.
next_meetings as (
    select
        due_days.due_date,
        meetings.meeting_kind,
        meetings.meeting_date,
        meetings.paper_date,
        meetings.meeting_provenance,
        meetings.paper_provenance
    from due_days
    inner join meetings
        on due_days.due_date < meetings.paper_date
    qualify
        row_number() over (
            partition by due_days.due_date
            order by
                meetings.meeting_date,
                case meetings.meeting_kind when 'reporting' then 1 else 2 end,
                meetings.reporting_month
        ) = 1
),

scenarios as (
    select
        due_dates.*,
        reporting_meetings.meeting_date as reporting_meeting_date,
        reporting_meetings.paper_date as reporting_paper_date,
        reporting_meetings.meeting_provenance as reporting_meeting_provenance,
        reporting_meetings.paper_provenance as reporting_paper_provenance,
        main_meetings.meeting_date as main_meeting_date,
        main_meetings.paper_date as main_paper_date,
        main_meetings.meeting_provenance as main_meeting_provenance,
        main_meetings.paper_provenance as main_paper_provenance,
        next_meetings.meeting_kind as next_meeting_kind,
        next_meetings.meeting_date as next_meeting_date,
        next_meetings.paper_date as next_paper_date,
        next_meetings.meeting_provenance as next_meeting_provenance,
        next_meetings.paper_provenance as next_paper_provenance,
        first_deliveries.delivered_date,
        reporting_clock.as_of_date,
        regimes_bound.regime_id is not null as is_in_force,
        next_paper_days.working_day_number - due_dates.due_working_day_number
            as slack_working_days,
        due_dates.reporting_month >= reporting_clock.first_reporting_month as is_reported_month
    from due_dates
    inner join reporting_meetings
        on due_dates.reporting_month = reporting_meetings.reporting_month
    inner join main_meetings
        on due_dates.reporting_month = main_meetings.reporting_month
    inner join next_meetings
        on due_dates.due_date = next_meetings.due_date
    inner join calendar_dates as next_paper_days
        on
            due_dates.calendar = next_paper_days.calendar
            and next_meetings.paper_date = next_paper_days.calendar_date
    cross join reporting_clock
    left join regimes_bound
        on
            due_dates.reporting_month = regimes_bound.reporting_month
            and due_dates.regime_id = regimes_bound.regime_id
    left join first_deliveries
        on due_dates.reporting_month = first_deliveries.reporting_month
),

final as (
    select
        cast(reporting_month as date) as reporting_month,
        cast(calendar as {{ dbt.type_string() }}) as calendar,
        cast(regime_id as {{ dbt.type_string() }}) as regime_id,
        cast(regime_kind as {{ dbt.type_string() }}) as regime_kind,
        cast({{ meeting_verdict('due_date', 'reporting_paper_date') }} as {{ dbt.type_string() }})
            as reporting_meeting_verdict,
        cast({{ meeting_verdict('due_date', 'main_paper_date') }} as {{ dbt.type_string() }})
            as main_meeting_verdict,
        cast(next_meeting_kind as {{ dbt.type_string() }}) as next_meeting_kind,
        cast(reporting_meeting_provenance as {{ dbt.type_string() }})
            as reporting_meeting_provenance,
        cast(reporting_paper_provenance as {{ dbt.type_string() }}) as reporting_paper_provenance,
        cast(main_meeting_provenance as {{ dbt.type_string() }}) as main_meeting_provenance,
        cast(main_paper_provenance as {{ dbt.type_string() }}) as main_paper_provenance,
        cast(next_meeting_provenance as {{ dbt.type_string() }}) as next_meeting_provenance,
        cast(next_paper_provenance as {{ dbt.type_string() }}) as next_paper_provenance,
        cast(sla_working_days as integer) as sla_working_days,
        cast(slack_working_days as integer) as slack_working_days,
        cast({{ days_between('period_end_date', 'next_meeting_date') }} as integer)
            as data_age_days,
        is_in_force,
        cast(due_date as date) as due_date,
        cast(reporting_meeting_date as date) as reporting_meeting_date,
        cast(reporting_paper_date as date) as reporting_paper_date,
        cast(main_meeting_date as date) as main_meeting_date,
        cast(main_paper_date as date) as main_paper_date,
        cast(next_meeting_date as date) as next_meeting_date,
        cast(next_paper_date as date) as next_paper_date,
        cast(delivered_date as date) as delivered_date,
        case
            when delivered_date is not null then delivered_date <= due_date
            when is_reported_month and as_of_date > due_date then false
        end as is_met
    from scenarios
)

select * from final
