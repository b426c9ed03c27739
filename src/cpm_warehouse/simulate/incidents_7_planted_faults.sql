-- How often each thing was planted on purpose, counted where it was planted.

create table truth_planted_faults (fault varchar, count bigint);

insert into truth_planted_faults
with exported as (
    select
        count(*) filter (where month_count > 1) as incident_in_exports_of_several_months,
        sum(repeated_count) as export_row_repeated,
        sum(older_count) as export_row_older_in_same_file,
        count(*) filter (where lacks_response) as responded_date_missing
    from (
        select
            count(distinct _period) as month_count,
            count(*) filter (where _is_repeated) as repeated_count,
            count(*) filter (where _is_older) as older_count,
            bool_or("Responded Date" is null and "Last Resolved Date" is not null)
                as lacks_response
        from out_remedy_incidents
        group by "Incident Number"
    )
),

stages as (
    select stages.*, plan.has_audit
    from incident_stages as stages
    inner join incident_plan as plan on stages.i = plan.i and plan.variant = 0
    where stages.variant = 0
),

ends as (
    select max(month_end) as data_end from incident_months
),

clock_change as (
    select changed_at as at
    from incident_clock_changes
),

counted as (
    select
        name as fault,
        value as count
    from (unpivot exported on columns(*))

    union all

    select 'audit_row_repeated', count(*) from out_remedy_incident_audit where _is_repeated

    union all

    select 'audit_row_before_first_month', count(*)
    from out_remedy_incident_audit
    where "Changed At" < getvariable('first_month')::timestamp

    union all

    select 'audit_row_of_untracked_field', count(*)
    from out_remedy_incident_audit
    where "Field" in ('Assigned Group', 'Summary')

    union all

    select 'incident_corrected_' || corrected, count(*)
    from truth_incident_corrections
    group by corrected

    union all

    select 'incident_list_row_corrected', count(*)
    from (
        select columns(* exclude (_version, _received_at, _order)) from out_incident_list
        where _version = 2
        except
        select columns(* exclude (_version, _received_at, _order)) from out_incident_list
        where _version = 1
    )

    union all

    select 'incident_list_row_of_another_month', count(*)
    from out_incident_list
    where strftime("Resolved At", '%Y-%m') < _period and "Provider Reference" = 'DSP-99999999'

    union all

    -- Later than the 14 Working Days that most providers have.
    select 'submission_late', count(*)
    from (
        select month_no, audit_received_at as received_at, version, 'dcc' as provider_id
        from incident_remedy_submissions
        union all by name
        select month_no, received_at, version, provider_id from incident_list_submissions
    ) as received
    where
        received.version = 1
        and received.provider_id <> 'csp_central_south'
        and received.received_at::date > incident_working_day(received.month_no, 14)

    union all

    select 'incident_reopened', count(*) from truth_incidents where was_reopened

    union all

    select 'incident_reopened_twice', count(distinct i) from stages where stage_no = 16

    union all

    select 'incident_reopened_from_closed', count(distinct stages.i)
    from stages
    semi join stages as reopened on stages.i = reopened.i and reopened.stage_no = 12
    where stages.stage_no = 11

    union all

    select 'incident_reopened_and_open', count(*)
    from truth_incidents
    where was_reopened and resolved_at is null

    union all

    select 'incident_recategorised_' || plan.recategorisation, count(*)
    from incident_plan as plan
    inner join truth_incidents as truth on plan.incident_number = truth.incident_number
    where plan.variant = 0 and truth.was_recategorised
    group by plan.recategorisation

    union all

    select 'incident_open_past_target', count(*)
    from truth_incidents as truth, ends
    where
        truth.resolved_at is null
        and truth.exclusion_reason is null
        and (
            select sum(
                date_diff('second', phases.started_at, coalesce(phases.ended_at, ends.data_end))
            ) filter (where phases.is_counted)
            from truth_open_incident_phases as phases
            where phases.incident_number = truth.incident_number
        ) > truth.target_seconds

    union all

    select 'incident_across_clock_change', count(*)
    from truth_incidents as truth, clock_change
    where truth.logged_at < clock_change.at and truth.resolved_at >= clock_change.at

    union all

    select 'incident_within_repeated_hour', count(*)
    from truth_incidents as truth, clock_change
    where
        truth.logged_at >= clock_change.at - interval 1 hour
        and truth.resolved_at < clock_change.at + interval 1 hour

    union all

    select 'region_missing', count(*) from incident_plan where variant = 0 and region is null

    union all

    select 'region_unlisted', count(*) from incident_plan where variant = 0 and region = 'West'

    union all

    select 'provider_missing', count(*)
    from incident_plan
    where variant = 0 and provider_id is null

    union all

    select 'category_missing', count(*) from truth_incidents where incident_category is null

    union all

    select 'category_unlisted', count(*) from truth_incidents where incident_category = '6'

    union all

    select 'status_reason_unlisted', count(distinct i)
    from stages
    where status_reason = 'Awaiting Carrier' and has_audit

    union all

    select 'status_reason_missing_while_pending', count(distinct i)
    from stages
    where status = 'Pending' and status_reason is null and has_audit

    union all

    select 'status_reason_left_behind', count(distinct i)
    from stages
    where status = 'In Progress' and status_reason is not null and has_audit

    union all

    select 'status_unlisted', count(distinct i)
    from stages
    where status = 'Awaiting Change' and has_audit

    union all

    select 'organisation_unlisted', count(distinct i)
    from stages
    where organisation = 'Meter Asset Provider Service Desk'

    union all

    select 'organisation_missing', count(distinct i) from stages where organisation is null

    union all

    select 'responsible_party_unknown', count(*)
    from truth_incidents
    where responsible_party = 'unknown'

    union all

    select 'organisation_changed_on_closing', count(distinct closed.i)
    from stages as closed
    inner join incident_plan as plan on closed.i = plan.i and plan.variant = 0
    where closed.stage_no = 19 and closed.organisation = plan.closing_organisation

    union all

    select 'incident_without_audit', count(*) from truth_incidents where not has_audit

    union all

    select 'incident_without_creation_in_audit', count(*)
    from incident_plan
    where variant = 0 and has_audit and not has_creation_in_audit

    union all

    select 'incident_cancelled', count(*)
    from truth_incidents
    where exclusion_reason = 'cancelled'

    union all

    select 'incident_cancelled_after_resolution', count(distinct cancelled.i)
    from stages as cancelled
    semi join stages as resolved on cancelled.i = resolved.i and resolved.status = 'Resolved'
    where cancelled.status = 'Cancelled'

    union all

    select 'incident_held_by_user_when_resolved', count(*)
    from truth_incidents
    where exclusion_reason = 'not_dcc_responsible' and resolved_at is not null

    union all

    select 'incident_paused', count(distinct i)
    from stages
    where not is_counted and status = 'Pending' and has_audit

    union all

    select 'incident_held_by_user', count(distinct i)
    from stages
    where not is_counted and status <> 'Pending' and stage_no < 10 and has_audit

    union all

    select 'resolved_on_first_instant_of_month', count(*)
    from truth_incidents
    where resolved_at = date_trunc('month', resolved_at)

    union all

    select 'resolved_on_last_second_of_month', count(*)
    from truth_incidents
    where resolved_at + interval 1 second = date_trunc('month', resolved_at + interval 1 second)

    union all

    select 'counted_on_target', count(*) from truth_incidents where counted_seconds = target_seconds

    union all

    select 'counted_one_second_under', count(*)
    from truth_incidents
    where counted_seconds = target_seconds - 1

    union all

    select 'counted_one_second_over', count(*)
    from truth_incidents
    where counted_seconds = target_seconds + 1

    union all

    select 'agreement_' || match_status, count(*)
    from truth_incident_agreement
    group by match_status

    union all

    select 'agreement_dcc_number_missing', count(*)
    from truth_incident_agreement
    where match_status = 'missing_from_dcc' and incident_number is null

    union all

    select 'exception_not_approved', count(*)
    from out_measure_exceptions
    where "Approved On" is null

    union all

    select 'exception_of_unknown_incident', count(*)
    from out_measure_exceptions as exceptions
    anti join truth_incidents as truth on exceptions."Event Reference" = truth.incident_number
    where exceptions."Event Reference" is not null

    union all

    select 'exception_of_window', count(*)
    from out_measure_exceptions
    where "Window From" is not null
)

select
    fault,
    count
from counted
order by fault;
