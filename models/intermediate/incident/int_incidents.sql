{#- CPM 4, 5, 5A: docs/measures/cpm_4_5_5a.md#formula; INC-04, INC-08, INC-09, INC-21, RES-10 -#}
{# CPM 4, 5, 5A: resolved within the Target Resolution Time of the category at resolution, on the
   target counts. #}
with

incidents as (
    select *
    from {{ ref('int_incidents_classified') }}
),

targets as (
    select *
    from {{ ref('int_incident_targets_applied') }}
),

segments as (
    select *
    from {{ ref('int_incident_clock_segments') }}
),

clocks as (
    select
        incident_id,
        sum(elapsed_seconds) as elapsed_seconds,
        sum(case when is_counted then elapsed_seconds else 0 end) as counted_seconds
    from segments
    group by incident_id
),

-- Only an Incident that used up its target has a segment in which it did.
counted_segments_past_target as (
    select
        segments.incident_id,
        segments.started_at,
        segments.elapsed_seconds,
        targets.target_seconds,
        sum(segments.elapsed_seconds) over (
            partition by segments.incident_id
            order by segments.segment_number
        ) as counted_seconds_after
    from segments
    inner join clocks
        on segments.incident_id = clocks.incident_id
    inner join targets
        on
            segments.incident_id = targets.incident_id
            and clocks.counted_seconds >= targets.target_seconds
    where segments.is_counted
),

targets_reached as (
    select
        incident_id,
        min(
            {{ add_seconds(
                'started_at', 'elapsed_seconds - counted_seconds_after + target_seconds'
            ) }}
        ) as target_reached_at
    from counted_segments_past_target
    where counted_seconds_after >= target_seconds
    group by incident_id
),

timed as (
    select
        incidents.*,
        targets.target_seconds,
        targets.response_target_seconds,
        targets_reached.target_reached_at,
        coalesce(clocks.elapsed_seconds, 0) as elapsed_seconds,
        coalesce(clocks.counted_seconds, 0) as counted_seconds,
        {{ to_utc(
            'cast(targets.working_days_due_date as timestamp) + interval 1 day',
            var('working_day_timezone')
        ) }} - interval 1 second as working_days_end_at,
        {{ seconds_between('incidents.logged_at', 'incidents.responded_at') }}
            as response_seconds
    from incidents
    left join targets
        on incidents.incident_id = targets.incident_id
    left join clocks
        on incidents.incident_id = clocks.incident_id
    left join targets_reached
        on incidents.incident_id = targets_reached.incident_id
),

due as (
    select
        *,
        coalesce(
            target_reached_at,
            {{ add_seconds('known_until_at', 'target_seconds - counted_seconds') }}
        ) as due_at,
        {{ add_seconds('working_days_end_at', 'elapsed_seconds - counted_seconds') }}
            as working_days_due_at
    from timed
),

judged as (
    select
        *,
        case
            when resolved_at is not null then counted_seconds <= target_seconds
            when due_at < known_until_at then false
        end as is_met,
        case
            when resolved_at is not null then resolved_at <= working_days_due_at
            when working_days_due_at < known_until_at then false
        end as is_met_by_working_days,
        case
            when response_target_seconds is null then null
            when response_seconds is not null then response_seconds <= response_target_seconds
            when resolved_at is not null or elapsed_seconds > response_target_seconds then false
        end as is_response_met
    from due
),

final as (
    select
        incident_id,
        submission_key,
        submission_keys,
        source_file,
        source_row,
        incident_category,
        incident_category_at_logging,
        status,
        raised_by,
        organisation,
        responsible_party,
        provider,
        region,
        exclusion_reason,
        reopen_count,
        elapsed_seconds,
        counted_seconds,
        target_seconds,
        counted_seconds - target_seconds as over_target_seconds,
        response_seconds,
        response_target_seconds,
        is_met,
        is_met_by_working_days,
        is_response_met,
        is_elapsed_only,
        ended_at is null as is_open,
        logged_at,
        responded_at,
        due_at,
        working_days_due_at,
        resolved_at,
        ended_at,
        known_until_at
    from judged
)

select * from final
