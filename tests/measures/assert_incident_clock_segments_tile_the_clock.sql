-- A gap or an overlap between two segments, or time before logging or after the end, would add to
-- or take from an Incident's counted time with nothing else to show it: the verdict would simply be
-- another one. What to look at: the Incident's rows in int_incident_states_ordered; its audit rows
-- in that second; its export.
with

incidents as (
    select
        incident_id,
        logged_at,
        known_until_at,
        elapsed_seconds,
        counted_seconds
    from {{ ref('fct_incidents') }}
),

segments as (
    select
        *,
        lag(ended_at) over (
            partition by incident_id
            order by segment_number
        ) as previous_ended_at
    from {{ ref('fct_incident_clock_segments') }}
),

clocks as (
    select
        incidents.incident_id,
        incidents.logged_at,
        incidents.elapsed_seconds,
        incidents.counted_seconds,
        incidents.known_until_at,
        max(segments.ended_at) as last_segment_ended_at,
        coalesce(sum(segments.elapsed_seconds), 0) as segments_elapsed_seconds,
        coalesce(sum(segments.elapsed_seconds) filter (where segments.is_counted), 0)
            as segments_counted_seconds,
        count(*) filter (
            where segments.started_at != coalesce(segments.previous_ended_at, incidents.logged_at)
        ) as broken_count
    from incidents
    left join segments
        on incidents.incident_id = segments.incident_id
    group by
        incidents.incident_id,
        incidents.logged_at,
        incidents.known_until_at,
        incidents.elapsed_seconds,
        incidents.counted_seconds
)

select *
from clocks
where
    broken_count > 0
    or coalesce(last_segment_ended_at, logged_at) != known_until_at
    or segments_elapsed_seconds != elapsed_seconds
    or segments_counted_seconds != counted_seconds
    or elapsed_seconds != {{ dbt.datediff('logged_at', 'known_until_at', 'second') }}
