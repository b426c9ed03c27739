-- The choices of the plan become stages that follow each other.

-- The course of an Incident; most take few of these.
create table incident_stage_numbers as
select stages.*
from (
    values
    (1::tinyint, 'new'), (2, 'assigned'), (3, 'in progress'), (4, 'recategorised'),
    (5, 'interrupted'), (6, 'in progress'), (7, 'interrupted again'), (8, 'in progress'),
    (9, 'held by a User to the end'), (10, 'resolved or cancelled'),
    (11, 'closed, to be re-opened, or cancelled when resolved'), (12, 're-opened'), (13, 'paused'), (14, 'in progress'),
    (15, 'resolved again'), (16, 're-opened again'), (17, 'resolved a third time'),
    (18, 'recategorised after resolution'), (19, 'closed')
) as stages (stage_no, stage);

-- Codes of one byte: there are some ten stages to an Incident, and a million Incidents must fit in
-- memory.
create type incident_status as enum (
    'New', 'Assigned', 'In Progress', 'Pending', 'Awaiting Change', 'Resolved', 'Closed',
    'Cancelled'
);

create type incident_status_reason as enum (
    'Client Hold', 'Client Additional Information Requested', 'Client Action Required',
    'Local Site Action Required', 'Infrastructure Change', 'Supplier Delivery',
    'Third Party Vendor Action Reqd', 'Support Contact Hold', 'Monitoring Incident',
    'Awaiting Carrier', 'No Further Action Required', 'Temporary Corrective Action',
    'Customer Follow-Up Required'
);

create type incident_organisation as enum (
    'DCC Service Centre', 'DCC Technical Operations Centre', 'DSP Service Desk',
    'CSP North Service Desk', 'CSP Central and South Service Desk', 'S1SP IOC Service Desk',
    'S1SP MOC Service Desk', 'S1SP FOC Service Desk', 'SMKI Service Desk',
    'Energy Supplier Service Desk', 'Network Party Service Desk', 'Other User Service Desk',
    'Registration Data Provider', 'Meter Asset Provider Service Desk'
);

-- One row per stage of an Incident: the state that it is in, the state before, since when and until
-- when, and whether its time counts.
create table incident_stages as
with planned as (
    select
        plan.i,
        plan.variant,
        stages.stage_no,
        plan.logged_at,
        case stages.stage_no
            when 1 then plan.new_seconds
            when 2 then plan.assigned_seconds
            when 3 then plan.main_seconds
            when 4 then plan.recategorised_seconds
            when 5 then plan.first_interruption_seconds
            when 6 then plan.after_first_seconds
            when 7 then plan.second_interruption_seconds
            when 8 then plan.after_second_seconds
            when 9 then 1 + plan.aimed_seconds // 9
            when 10 then
                if(
                    plan.reopened_count > 0 or plan.category_after is not null,
                    plan.resolved_seconds, plan.closing_seconds
                )
            when 11 then 86400
            when 12 then plan.reopened_seconds
            when 13 then 1 + plan.aimed_seconds // 8
            when 14 then plan.after_reopened_pause_seconds
            when 15 then
                if(
                    plan.reopened_count > 1 or plan.category_after is not null,
                    plan.resolved_seconds, plan.closing_seconds
                )
            when 16 then plan.reopened_again_seconds
            else plan.closing_seconds
        end::integer as duration_seconds,
        case
            when stages.stage_no in (1, 2, 3, 4, 6, 8, 12, 14, 16) then true
            when stages.stage_no = 5 then incident_interruption_counts(plan.first_interruption)
            when stages.stage_no = 7 then incident_interruption_counts(plan.second_interruption)
            else false
        end as is_counted,
        case stages.stage_no
            when 5 then plan.first_interruption
            when 7 then plan.second_interruption
            when 13 then 'pause'
        end as interruption,
        case
            when stages.stage_no = 1 then 'New'
            when stages.stage_no in (2, 9) then 'Assigned'
            when stages.stage_no = 10 and plan.outcome = 'cancelled' then 'Cancelled'
            when stages.stage_no = 11 and plan.outcome = 'resolved_cancelled' then 'Cancelled'
            when stages.stage_no in (10, 15, 17, 18) then 'Resolved'
            when stages.stage_no in (11, 19) then 'Closed'
            when interruption = 'unlisted_status' then 'Awaiting Change'
            when interruption in ('pause', 'hold', 'user_pause', 'unlisted_reason', 'null_reason')
                then 'Pending'
            else 'In Progress'
        end::incident_status as status,
        case
            when stages.stage_no in (5, 7, 13)
                then incident_interruption_reason(interruption, plan.reason_draw + stages.stage_no)
            -- Remedy leaves the reason of a pause behind when nobody clears it: it means nothing
            -- then.
            when stages.stage_no = 6 and plan.keeps_status_reason
                then incident_interruption_reason(plan.first_interruption, plan.reason_draw + 5)
            when status in ('Resolved', 'Closed') then list_extract(
                [
                    'No Further Action Required', 'No Further Action Required',
                    'Temporary Corrective Action', 'Customer Follow-Up Required', null
                ],
                plan.reason_draw % 5 + 1
            )
        end::incident_status_reason as status_reason,
        case
            when stages.stage_no = 1 then 'DCC Service Centre'
            when interruption in ('user', 'user_pause') then plan.user_organisation
            when interruption = 'unlisted_organisation' then 'Meter Asset Provider Service Desk'
            when interruption = 'null_organisation' then null
            when stages.stage_no = 19 and plan.closing_organisation is not null
                then plan.closing_organisation
            when stages.stage_no >= 9 and plan.last_holder = 'user' then plan.user_organisation
            when stages.stage_no >= 3 and plan.last_holder = 'unlisted'
                then 'Meter Asset Provider Service Desk'
            when stages.stage_no >= 3 and plan.last_holder = 'nobody' then null
            else plan.provider_organisation
        end::incident_organisation as organisation,
        case
            when stages.stage_no >= 18 and plan.category_after is not null then plan.category_after
            when stages.stage_no >= plan.category_resolved_from_stage then plan.category_resolved
            when stages.stage_no >= 4 and plan.category_between is not null
                then plan.category_between
            else plan.category_logged
        end::utinyint as category
    from incident_plan as plan
    cross join incident_stage_numbers as stages
    where
        stages.stage_no <= plan.last_stage
        and (plan.outcome <> 'cancelled' or stages.stage_no <= 10)
        and case stages.stage_no
            when 4 then plan.recategorised_seconds > 0
            when 5 then plan.first_interruption is not null
            when 6 then plan.first_interruption is not null
            when 7 then plan.second_interruption is not null
            when 8 then plan.after_second_seconds > 0
            when 9 then plan.last_holder = 'user'
            when 11 then plan.is_reopened_from_closed or plan.outcome = 'resolved_cancelled'
            when 12 then plan.reopened_count > 0
            when 13 then plan.is_paused_when_reopened
            when 14 then plan.is_paused_when_reopened
            when 15 then plan.reopened_count > 0
            when 16 then plan.reopened_count > 1
            when 17 then plan.reopened_count > 1
            when 18 then plan.category_after is not null
            else true
        end
),

timed as (
    select
        * exclude (logged_at, interruption),
        logged_at
        + to_seconds(coalesce(sum(duration_seconds) over earlier_stages, 0)::bigint) as started_at,
        coalesce(
            sum(duration_seconds) filter (where is_counted) over earlier_stages, 0
        )::integer as counted_before_seconds
    from planned
    window
        earlier_stages as (
            partition by i, variant order by stage_no
            rows between unbounded preceding and 1 preceding
        )
),

-- What lies after the last month is not known yet.
known as (
    select *
    from timed
    where started_at < (select max(months.month_end) from incident_months as months)
)

select
    *,
    lead(started_at) over course as ended_at,
    lag(status) over course as old_status,
    lag(status_reason) over course as old_status_reason,
    lag(organisation) over course as old_organisation,
    lag(category) over course as old_category,
    max(started_at) filter (where stage_no in (10, 15, 17) and status = 'Resolved') over course
        as last_resolved_at,
    max(started_at) filter (where stage_no in (12, 16)) over course as reopened_at
from known
window course as (partition by i, variant order by stage_no);

-- Resolved or cancelled before the first month: no export holds it.
create temporary table incident_forgotten as
select distinct i
from incident_stages
where stage_no = 10 and started_at < getvariable('first_month')::timestamp;

delete from incident_stages where i in (select i from incident_forgotten);
delete from incident_plan where i in (select i from incident_forgotten);
drop table incident_forgotten;
