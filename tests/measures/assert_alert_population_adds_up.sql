{{ config(group='alert') }}
-- Every Alert row that was accepted is in the cube once, as an Alert or as the repeat of one, and
-- in every reading of CPM 3 met + not met + excluded are all of them.
with

cells as (
    select
        submission_key,
        sum(message_count) as message_count,
        sum(throttled_alert_count) as throttled_alert_count,
        sum(duplicate_count) as duplicate_count
    from {{ ref('cube_alerts_by_day') }}
    group by submission_key
),

accepted as (
    select
        submission_key,
        accepted_rows
    from {{ ref('stg_lake__submissions') }}
    where
        extract = 'alerts'
        and accepted_rows > 0
),

outcomes as (
    select
        outcomes.submission_key,
        variants.counted_as,
        outcomes.variant_id,
        sum(outcomes.total_count + outcomes.excluded_count) as counted
    from {{ ref('int_alert_outcomes_measured') }} as outcomes
    inner join {{ ref('measure_alert_variants') }} as variants
        on
            outcomes.measure_id = variants.measure_id
            and outcomes.variant_id = variants.variant_id
    group by outcomes.submission_key, variants.counted_as, outcomes.variant_id
)

select
    'rows' as fault,
    accepted.submission_key,
    accepted.accepted_rows as expected,
    cells.message_count + cells.duplicate_count as found
from accepted
left join cells
    on accepted.submission_key = cells.submission_key
where
    cells.submission_key is null
    or accepted.accepted_rows != cells.message_count + cells.duplicate_count
union all
select
    outcomes.variant_id as fault,
    outcomes.submission_key,
    case outcomes.counted_as
        when 'messages' then cells.message_count
        else cells.throttled_alert_count
    end as expected,
    outcomes.counted as found
from outcomes
inner join cells
    on outcomes.submission_key = cells.submission_key
where
    outcomes.counted != case outcomes.counted_as
        when 'messages' then cells.message_count
        else cells.throttled_alert_count
    end
