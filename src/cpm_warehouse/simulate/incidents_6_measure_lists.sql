-- The Performance Measurement Exceptions List and the log of the reports delivered.

create table out_measure_exceptions as
with resolved as (
    select
        truth.*,
        date_diff('month', getvariable('first_month')::timestamp, truth.resolved_at) as month_no
    from truth_incidents as truth
    where truth.resolved_at is not null and truth.exclusion_reason is null
),

-- Late Incidents are what an exception is asked for; one that was met shows that it leaves both
-- counts.
ranked as (
    select
        *,
        case
            when incident_category in ('1', '2') then 'CPM_4'
            when incident_category = '3' then 'CPM_5'
            else 'CPM_5A'
        end as measure,
        row_number() over (
            partition by month_no, measure, is_met order by incident_number
        ) as rank
    from resolved
),

exceptions as (
    select
        month_no,
        measure,
        incident_number as event_reference,
        null::timestamp as window_from,
        null::timestamp as window_to,
        if(is_met, 'Logged twice by the User', 'Power failure at a third party') as reason,
        -- The second one of CPM 5 was asked for and never approved.
        not (measure = 'CPM_5' and rank = 2) as is_approved
    from ranked
    where
        (month_no = 0 or (measure = 'CPM_4' and month_no = least(1, getvariable('months')::bigint - 1)))
        and (
            (not is_met and rank <= if(measure = 'CPM_5', 3, 1))
            or (is_met and measure = 'CPM_5' and rank = 1)
        )

    union all

    select
        months.month_no,
        'CPM_5',
        'INC999999999999',
        null,
        null,
        'Incident Number that nobody knows',
        true
    from incident_months as months
    where months.month_no = 0

    union all

    -- Every measure has an exception. Where events are counted by day, it takes out whole days.
    select
        months.month_no,
        windows.measure,
        null,
        months.month_start + to_hours(windows.from_hour),
        months.month_start + to_hours(windows.to_hour),
        windows.reason,
        true
    from incident_months as months
    cross join (
        values
        ('CPM_5', 8 * 24 + 6, 9 * 24 + 18, 'Severe weather declared by the Panel'),
        ('CPM_1', 16 * 24 - 1, 18 * 24 - 1, 'Failure of a third party''s network'),
        ('CPM_2', 16 * 24 - 1, 18 * 24 - 1, 'Failure of a third party''s network'),
        ('CPM_3', 16 * 24 - 1, 18 * 24 - 1, 'Failure of a third party''s network'),
        ('CPM_6', 11 * 24 + 9, 11 * 24 + 15, 'Work at a User''s request'),
        ('CPM_6A', 9 * 24, 12 * 24, 'Image withdrawn by its manufacturer'),
        ('CPM_6B', 9 * 24, 12 * 24, 'Image withdrawn by its manufacturer'),
        ('CPM_6C', 9 * 24, 12 * 24, 'Image withdrawn by its manufacturer'),
        ('CPM_7', 16 * 24 + 9, 17 * 24 + 18, 'Failure of a third party''s network'),
        ('CPM_8', 16 * 24 + 9, 17 * 24 + 18, 'Failure of a third party''s network')
    ) as windows (measure, from_hour, to_hour, reason)
    where months.month_no = least(1, getvariable('months')::bigint - 1)
),

numbered as (
    select
        *,
        row_number() over (
            partition by month_no order by measure, event_reference, window_from
        ) as exception_number
    from exceptions
)

select
    'PMEL-' || months.period || '-' || lpad(exceptions.exception_number::varchar, 3, '0')
        as "Exception Reference",
    exceptions.measure as "Measure",
    exceptions.event_reference as "Event Reference",
    exceptions.window_from as "Window From",
    exceptions.window_to as "Window To",
    exceptions.reason as "Reason",
    if(
        exceptions.is_approved, incident_working_day(exceptions.month_no, 5), null
    ) as "Approved On",
    'dcc' as _provider,
    months.period as _period,
    1 as _version,
    incident_working_day(exceptions.month_no, 8) + interval 14 hours as _received_at,
    exceptions.exception_number as _order
from numbered as exceptions
inner join incident_months as months on exceptions.month_no = months.month_no;

insert into submissions_without_rows
select
    'measure_exceptions',
    'dcc',
    months.period,
    1,
    incident_working_day(months.month_no, 8) + interval 14 hours
from incident_months as months
where months.period not in (select _period from out_measure_exceptions);

-- Under an SLA of 25 Working Days: one report on time, one on the due date itself, the third late.
-- The first one is delivered again, and its second submission repeats the first delivery. The last
-- month is not delivered yet.
create table out_pmr_deliveries as
with deliveries as (
    select
        months.month_no,
        months.period,
        months.month_start::date as reporting_month,
        versions.delivery,
        incident_working_day(
            months.month_no,
            case
                when versions.delivery = 2 then 40
                when months.month_no % 3 = 0 then 22
                when months.month_no % 3 = 1 then 25
                else 28
            end
        ) as delivered_on
    from incident_months as months
    inner join (values (1), (2)) as versions (delivery)
        on versions.delivery = 1 or months.month_no = 0
    where
        months.month_no = 0
        or months.month_no < (select max(last.month_no) from incident_months as last)
)

select
    deliveries.reporting_month as "Reporting Month",
    deliveries.delivery::bigint as "PMR Version",
    deliveries.delivered_on as "Delivered On",
    'dcc' as _provider,
    deliveries.period as _period,
    submissions.delivery as _version,
    submissions.delivered_on + interval '1 day 9 hours' as _received_at,
    deliveries.delivery as _order
from deliveries
inner join deliveries as submissions
    on deliveries.month_no = submissions.month_no and deliveries.delivery <= submissions.delivery;
