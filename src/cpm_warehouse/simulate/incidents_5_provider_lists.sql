-- What each provider's own tool says of the Incidents that the DCC's Remedy shows as resolved with
-- that provider. The two meet through the DCC's number alone; their clocks may differ by a minute
-- before they disagree.

create table incident_list_plan as
with resolved as (
    select
        incident_number,
        provider_id,
        incident_category,
        resolved_at,
        row_number() over (partition by provider_id order by resolved_at, incident_number) as rank
    from truth_incidents
    where
        resolved_at is not null
        and provider_id in (
            'dsp', 'csp_north', 'csp_central_south', 's1sp_ioc', 's1sp_moc', 's1sp_foc'
        )
),

-- Ranks run through a provider's Incidents, so that each kind of disagreement is there however few
-- there are.
listed as (
    select
        *,
        case rank % 25
            when 3 then 'missing_from_provider'
            when 7 then 'dcc_number_missing'
            when 11 then 'category_differs'
            when 15 then if(rank % 50 = 15, 'minutes_off', 'hours_off')
            when 19 then if(rank % 50 = 19, 'both_differ', 'minute_off')
            else 'as_recorded'
        end as recording
    from resolved

    union all by name

    -- Incidents of the provider that the DCC's Remedy does not know.
    select
        'INC' || (990000000000 + row_number() over (order by incident_number))::varchar
            as incident_number,
        provider_id,
        incident_category,
        resolved_at,
        rank,
        'unknown_to_dcc' as recording
    from resolved
    where rank % 60 = 9
),

recorded as (
    select
        *,
        case
            when recording in ('category_differs', 'both_differ')
                then incident_neighbour(
                    coalesce(try_cast(incident_category as int), 3), rank % 2 = 0
                )::varchar
            else incident_category
        end as provider_category,
        case
            when recording = 'minute_off' then resolved_at - to_seconds(60)
            -- The first of them is one second beyond the minute.
            when recording = 'minutes_off'
                then resolved_at - to_seconds(61 + (rank - 15) // 50 * 700 % 3000)
            when recording = 'both_differ' then resolved_at - to_minutes(3 + rank % 40)
            when recording = 'hours_off' then resolved_at - to_hours(1 + rank % 9)
            else resolved_at
        end as provider_resolved_at
    from listed
)

select
    recorded.*,
    case recorded.provider_id
        when 'dsp' then 'DSP'
        when 'csp_north' then 'CSN'
        when 'csp_central_south' then 'CCS'
        else upper(right(recorded.provider_id, 3))
    end
    || '-'
    || lpad(
        (
            40000 + row_number() over (
                partition by recorded.provider_id
                order by recorded.provider_resolved_at, recorded.incident_number
            )
        )::varchar,
        8, '0'
    ) as provider_reference,
    -- A provider puts an Incident in the list of the month in which its own tool resolved it.
    greatest(
        date_diff('month', getvariable('first_month')::timestamp, recorded.provider_resolved_at), 0
    ) as month_no
from recorded;

create table incident_list_submissions as
select
    months.month_no,
    months.period,
    providers.provider_id,
    versions.version,
    -- The first list of one provider and month lacks some Incidents and has some categories wrong.
    versions.version = 1 and providers.provider_id = 'csp_north'
    and months.month_no = least(1, getvariable('months')::bigint - 1) as is_mistaken,
    incident_working_day(
        months.month_no,
        case
            when versions.version = 2 then 19
            when
                providers.provider_id = 's1sp_moc'
                and months.month_no = getvariable('incident_corrected_month')
                then 20
            else providers.working_days
        end
    ) + to_minutes(540 + 7 * providers.working_days) as received_at
from incident_months as months
cross join (
    values
    ('dsp', 4), ('csp_north', 6), ('csp_central_south', 16), ('s1sp_ioc', 9), ('s1sp_moc', 11),
    ('s1sp_foc', 13)
) as providers (provider_id, working_days)
inner join (values (1), (2)) as versions (version)
    on
        versions.version = 1
        or (
            providers.provider_id = 'csp_north'
            and months.month_no = least(1, getvariable('months')::bigint - 1)
        );

create table out_incident_list as
select
    plan.provider_reference as "Provider Reference",
    if(
        plan.recording = 'dcc_number_missing' or (submissions.is_mistaken and plan.rank % 7 = 2),
        null, plan.incident_number
    ) as "DCC Incident Number",
    if(submissions.is_mistaken and plan.rank % 7 = 4, '5', plan.provider_category) as "Category",
    plan.provider_resolved_at as "Resolved At",
    plan.provider_id as _provider,
    submissions.period as _period,
    submissions.version as _version,
    submissions.received_at as _received_at,
    row_number() over (
        partition by plan.provider_id, submissions.period, submissions.version
        order by plan.provider_resolved_at, plan.provider_reference
    ) as _order
from incident_list_plan as plan
inner join incident_list_submissions as submissions
    on plan.provider_id = submissions.provider_id and plan.month_no = submissions.month_no
where
    plan.recording <> 'missing_from_provider'
    and not (submissions.is_mistaken and plan.rank % 7 = 6);

-- One row that landing must keep aside: resolved in another month than the list's.
insert into out_incident_list by name
select
    * replace (
        'DSP-99999999' as "Provider Reference",
        null as "DCC Incident Number",
        "Resolved At" - interval 62 days as "Resolved At"
    )
from out_incident_list
where _provider = 'dsp' and _period = (select min(period) from incident_months)
order by _order
limit 1;

create table truth_incident_agreement as
-- A provider's row without the DCC's number finds no partner: each side lacks the other's.
select
    plan.provider_id as provider,
    plan.provider_reference,
    if(plan.recording = 'dcc_number_missing', null, plan.incident_number) as incident_number,
    case
        when plan.recording in ('dcc_number_missing', 'unknown_to_dcc') then 'missing_from_dcc'
        when plan.recording = 'category_differs' then 'category_differs'
        when plan.recording in ('minutes_off', 'hours_off') then 'resolution_differs'
        when plan.recording = 'both_differ' then 'category_and_resolution_differ'
        else 'matched'
    end as match_status,
    if(
        match_status = 'missing_from_dcc', null,
        date_diff('second', plan.resolved_at, plan.provider_resolved_at)
    ) as provider_later_seconds
from incident_list_plan as plan
where plan.recording <> 'missing_from_provider'

union all

select
    plan.provider_id as provider,
    null as provider_reference,
    plan.incident_number,
    'missing_from_provider' as match_status,
    null as provider_later_seconds
from incident_list_plan as plan
where plan.recording in ('missing_from_provider', 'dcc_number_missing')
order by all;

create table submissions_without_rows (
    _extract varchar, _provider varchar, _period varchar, _version integer, _received_at timestamp
);

insert into submissions_without_rows
select
    'incident_list',
    submissions.provider_id,
    submissions.period,
    submissions.version,
    submissions.received_at
from incident_list_submissions as submissions
anti join out_incident_list as rows
    on
        submissions.provider_id = rows._provider
        and submissions.period = rows._period
        and submissions.version = rows._version;
