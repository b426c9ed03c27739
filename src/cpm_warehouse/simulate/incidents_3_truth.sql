-- What a warehouse should find, summed from the planned stages.

create table truth_incidents as
with ends as (
    select
        i,
        max(stage_no) as last_stage,
        arg_max(status, stage_no) as last_status,
        -- Nothing that was cancelled is re-opened: it stays so when it is closed.
        count(*) filter (where status = 'Cancelled') > 0 as is_cancelled,
        max(stage_no) filter (where stage_no in (10, 15, 17) and status = 'Resolved')
            as resolved_stage,
        count(*) filter (where stage_no in (12, 16)) > 0 as was_reopened,
        min(category) is distinct from max(category) as was_recategorised
    from incident_stages
    where variant = 0
    group by i
),

decided as (
    select
        *,
        last_status in ('Resolved', 'Closed') and not is_cancelled as is_resolved,
        if(last_status in ('Resolved', 'Closed'), resolved_stage, last_stage) as deciding_stage
    from ends
),

ended as (
    select
        plan.incident_number,
        plan.i,
        plan.category_logged::varchar as category_at_logging,
        stages.category::varchar as incident_category,
        plan.logged_at,
        if(decided.is_resolved, stages.started_at, null) as resolved_at,
        case
            when stages.organisation in ('DCC Service Centre', 'DCC Technical Operations Centre')
                then 'dcc'
            when stages.organisation = plan.provider_organisation then 'provider'
            when stages.organisation = plan.user_organisation then 'user'
            else 'unknown'
        end as responsible_party,
        -- The provider that answers for it; where that is none of them, the one that Remedy
        -- records.
        case responsible_party
            when 'dcc' then 'dcc'
            when 'provider' then plan.provider_id
            else coalesce(plan.provider_id, 'unknown')
        end as provider_id,
        if(plan.region = 'West' or plan.region is null, 'Unknown', plan.region) as region,
        -- Without an audit log nobody can tell which time did not count.
        if(plan.has_audit, stages.counted_before_seconds, null) as counted_before_seconds,
        decided.is_cancelled,
        plan.has_audit,
        decided.was_reopened,
        decided.was_recategorised
    from decided
    inner join incident_plan as plan on decided.i = plan.i and plan.variant = 0
    inner join incident_stages as stages
        on decided.i = stages.i and decided.deciding_stage = stages.stage_no and stages.variant = 0
),

judged as (
    select
        *,
        date_diff('second', logged_at, resolved_at) as elapsed_seconds,
        if(resolved_at is null, null, coalesce(counted_before_seconds, elapsed_seconds))
            as counted_seconds,
        case
            when is_cancelled then 'cancelled'
            when responsible_party = 'user' then 'not_dcc_responsible'
            when incident_target_seconds(try_cast(incident_category as int)) is null
                then 'unknown_code'
        end as exclusion_reason,
        if(
            exclusion_reason is null, incident_target_seconds(incident_category::int), null
        ) as target_seconds
    from ended
)

select
    incident_number,
    category_at_logging,
    incident_category,
    logged_at,
    resolved_at,
    responsible_party,
    provider_id,
    region,
    elapsed_seconds,
    counted_seconds,
    target_seconds,
    counted_seconds <= target_seconds as is_met,
    exclusion_reason,
    has_audit,
    was_reopened,
    was_recategorised
from judged
order by incident_number;

-- An Incident still open is judged at whatever instant stands for now: its phases say what counts
-- until then.
create table truth_open_incident_phases as
select
    truth.incident_number,
    row_number() over (partition by stages.i order by stages.stage_no) as phase_number,
    stages.started_at,
    stages.ended_at,
    stages.is_counted or not truth.has_audit as is_counted
from incident_stages as stages
inner join incident_plan as plan on stages.i = plan.i and plan.variant = 0
inner join truth_incidents as truth on plan.incident_number = truth.incident_number
where
    stages.variant = 0
    and truth.resolved_at is null
    and truth.exclusion_reason is distinct from 'cancelled'
order by truth.incident_number, phase_number;

-- What the first version of the corrected month's export said, and what its second version says.
create table truth_incident_corrections as
select
    truth.incident_number,
    right_plan.correction as corrected,
    wrong_plan.category_resolved::varchar as first_received_category,
    truth.incident_category as corrected_category,
    wrong_stage.started_at as first_received_resolved_at,
    truth.resolved_at as corrected_resolved_at
from incident_plan as right_plan
inner join incident_plan as wrong_plan on right_plan.i = wrong_plan.i and wrong_plan.variant = 1
inner join truth_incidents as truth on right_plan.incident_number = truth.incident_number
left join incident_stages as wrong_stage
    on right_plan.i = wrong_stage.i and wrong_stage.variant = 1 and wrong_stage.stage_no = 10
where right_plan.variant = 0
order by truth.incident_number;
