-- The plan as the DCC's Remedy would tell it: one export of Incidents and one audit log a month.
-- Both are views, for ten million rows of text would fill the memory that they are written from.

-- Remedy sends its month on the third Working Day; one audit log comes late, one month is sent
-- again, corrected.
create table incident_remedy_submissions as
select
    months.month_no,
    months.period,
    months.month_start,
    months.month_end,
    versions.version,
    -- The first version of the corrected month tells the mistaken course.
    months.month_no = getvariable('incident_corrected_month') and versions.version = 1
        as is_mistaken,
    incident_working_day(months.month_no, if(versions.version = 1, 3, 17))
    + interval 10 hours as export_received_at,
    incident_working_day(
        months.month_no,
        case
            when versions.version = 2 then 17
            when months.month_no = 1 then 21
            else 3
        end
    ) + interval 615 minutes as audit_received_at
from incident_months as months
inner join (values (1), (2)) as versions (version)
    on versions.version = 1 or months.month_no = getvariable('incident_corrected_month');

create macro incident_assigned_group(organisation) as
    case organisation
        when 'DCC Service Centre' then 'Service Centre First Line'
        else replace(organisation::varchar, 'Service Desk', 'Second Line')
    end;

create view out_remedy_incidents as
with exported as (
    select
        stages.*,
        submissions.period,
        submissions.version,
        submissions.is_mistaken,
        submissions.month_end as exported_at,
        submissions.export_received_at,
        0 as row_order
    from incident_stages as stages
    inner join incident_remedy_submissions as submissions
        on
            stages.started_at < submissions.month_end
            and coalesce(stages.ended_at, 'infinity'::timestamp) >= submissions.month_end
    where
        -- Nothing happened in the month to an Incident closed or cancelled before it.
        stages.status not in ('Closed', 'Cancelled')
        or stages.started_at >= submissions.month_start

    union all by name

    -- The same export holds an Incident twice, as it stood earlier too; the older row stands
    -- further down.
    select
        stages.*,
        submissions.period,
        submissions.version,
        submissions.is_mistaken,
        stages.ended_at as exported_at,
        submissions.export_received_at,
        2 as row_order
    from incident_stages as stages
    inner join incident_remedy_submissions as submissions
        on
            stages.started_at >= submissions.month_start
            and stages.ended_at < submissions.month_end
    where stages.stage_no = 3 and stages.i % 101 = 17
),

described as (
    select
        exported.*,
        plan.incident_number,
        plan.logged_at,
        plan.region,
        plan.provider_id,
        -- The initial response has times of its own: most within them, some on the line.
        plan.logged_at + to_seconds(
            case plan.category_logged
                when 1 then 600
                when 2 then 1200
                when 4 then 10800
                when 5 then 86400
                else 2700
            end
            * if(
                plan.i % 9 = 0,
                1000 + incident_draw(plan.i, 'response', 400),
                100 + incident_draw(plan.i, 'response', 850)
            ) // 1000
            + if(plan.i % 45 = 0, 1, 0)
        ) as response_at,
        if(plan.i % 29 = 6 or response_at >= exported.exported_at, null, response_at)
            as responded_at,
        -- A change of a field that nobody tracks is a change of the Incident too.
        exported.started_at + to_seconds(exported.duration_seconds // 2) as summary_changed_at,
        greatest(
            exported.started_at,
            if(
                exported.stage_no = 3 and summary_changed_at < exported.exported_at,
                summary_changed_at, null
            ),
            responded_at
        ) as last_modified_at
    from exported
    inner join incident_plan as plan
        on
            exported.i = plan.i
            and exported.variant = plan.variant
            and plan.variant = if(plan.is_corrected and exported.is_mistaken, 1, 0)
)

select
    described.incident_number as "Incident Number",
    described.category::varchar as "Incident Category",
    described.status::varchar as "Status",
    described.status_reason::varchar as "Status Reason",
    incident_assigned_group(described.organisation) as "Assigned Group",
    described.organisation::varchar as "Assigned Support Organization",
    if(
        described.i % 19 = 4, null,
        described.logged_at - to_minutes(incident_draw(described.i, 'reported', 120))
    ) as "Reported Date",
    described.logged_at as "Submit Date",
    described.responded_at as "Responded Date",
    described.last_resolved_at as "Last Resolved Date",
    described.reopened_at as "Re Opened Date",
    if(described.status = 'Closed', described.started_at, null) as "Closed Date",
    described.last_modified_at as "Last Modified Date",
    described.region as "Region",
    described.provider_id as "Service Provider",
    if(incident_draw(described.i, 'raised', 3) = 0, 'DCC', 'User') as "Raised By",
    'dcc' as _provider,
    described.period as _period,
    described.version as _version,
    described.export_received_at as _received_at,
    described.i * 4 + described.row_order + copies.copy as _order,
    copies.copy = 1 as _is_repeated,
    described.row_order > 0 as _is_older
from described
-- Exact copies of a row.
cross join range(2) as copies (copy)
where
    copies.copy = 0
    or (
        described.row_order = 0
        and hash(described.i, described.period, getvariable('seed')::bigint) % 70 = 0
    );

create view out_remedy_incident_audit as
with changes as not materialized (
    select
        i,
        variant,
        stage_no,
        started_at as changed_at,
        1 as field_no,
        'Status' as field,
        old_status::varchar as old_value,
        status::varchar as new_value
    from incident_stages
    where old_status is distinct from status

    union all

    select
        i, variant, stage_no, started_at, 2, 'Status Reason',
        old_status_reason::varchar, status_reason::varchar
    from incident_stages
    where old_status_reason is distinct from status_reason

    union all

    select
        i, variant, stage_no, started_at, 3, 'Assigned Support Organization',
        old_organisation::varchar, organisation::varchar
    from incident_stages
    where old_organisation is distinct from organisation

    union all

    select
        i, variant, stage_no, started_at, 4, 'Incident Category', old_category::varchar,
        category::varchar
    from incident_stages
    where old_category is distinct from category

    union all

    -- From here on, fields that the clock does not look at.
    select
        i, variant, stage_no, started_at, 5, 'Assigned Group',
        incident_assigned_group(old_organisation), incident_assigned_group(organisation)
    from incident_stages
    where old_organisation is distinct from organisation

    union all

    select i, variant, stage_no, started_at, 6, 'Summary', null, 'Fault ' || i
    from incident_stages
    where stage_no = 1

    union all

    select
        i, variant, stage_no, started_at + to_seconds(duration_seconds // 2), 6, 'Summary',
        'Fault ' || i, 'Fault ' || i || ', diagnosed'
    from incident_stages
    where
        stage_no = 3
        and started_at + to_seconds(duration_seconds // 2)
        < (select max(months.month_end) from incident_months as months)
),

-- Exact copies of some rows.
repeated as (
    select
        *,
        false as is_repeated
    from changes

    union all

    select
        *,
        true as is_repeated
    from changes
    where i % 29 = 4 and stage_no in (2, 5, 10)
)

select
    plan.incident_number as "Incident Number",
    repeated.changed_at as "Changed At",
    repeated.field as "Field",
    repeated.old_value as "Old Value",
    repeated.new_value as "New Value",
    'dcc' as _provider,
    submissions.period as _period,
    submissions.version as _version,
    submissions.audit_received_at as _received_at,
    (epoch(repeated.changed_at)::bigint - 1500000000) * 1000000000
    + repeated.i * 20 + repeated.field_no * 2 + repeated.is_repeated::int as _order,
    repeated.is_repeated as _is_repeated
from repeated
inner join incident_plan as plan
    on repeated.i = plan.i and repeated.variant = plan.variant
inner join incident_remedy_submissions as submissions
    on
        -- The first log carries the earlier history of the Incidents that were open when it began.
        greatest(
            date_diff('month', getvariable('first_month')::timestamp, repeated.changed_at), 0
        )
        = submissions.month_no
        and (plan.is_corrected and submissions.is_mistaken) = (repeated.variant = 1)
where plan.has_audit and (plan.has_creation_in_audit or repeated.stage_no > 1);
