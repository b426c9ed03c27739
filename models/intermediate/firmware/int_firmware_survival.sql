{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#cuts; FIR-08, FIR-23 -#}
{# Kaplan-Meier: of the updates still waiting at each time, the share not activated then; waiting
   ends without an activation (censored) when nothing more is known. A failure waits until then. #}
with

events as (
    select *
    from {{ ref('int_firmware_events') }}
    where
        event_kind = 'update'
        and match_status not in ('duplicate', 'resent')
),

populations as (
    select
        generation,
        device_type,
        measure_id
    from {{ ref('measure_firmware_populations') }}
    where basis = 'measured'
    group by generation, device_type, measure_id
),

curves as (
    select
        measure_id,
        curve_name,
        is_drawn,
        measure_difference
    from {{ ref('measure_firmware_curves') }}
),

-- An activation known from the inventory only is taken at the month's end that shows it: not
-- before it happened.
followed as (
    select
        populations.measure_id,
        events.region,
        events.device_type,
        {{ reporting_month_of('events.happened_at') }} as updated_month,
        events.happened_at,
        case
            when events.match_status = 'activated'
                then coalesce(events.activated_at, events.inventory_shown_at)
        end as ended_at,
        least(
            events.followed_up_until,
            events.known_until_at,
            case
                when events.match_status = 'superseded' then events.superseded_at
                else events.followed_up_until
            end
        ) as censored_at
    from events
    inner join populations
        on
            events.generation = populations.generation
            and events.device_type = populations.device_type
),

cut as (
    select
        measure_id,
        updated_month,
        'all' as region,
        'all' as device_type,
        happened_at,
        ended_at,
        censored_at
    from followed
    union all
    select
        measure_id,
        updated_month,
        region,
        'all' as device_type,
        happened_at,
        ended_at,
        censored_at
    from followed
    union all
    select
        measure_id,
        updated_month,
        'all' as region,
        device_type,
        happened_at,
        ended_at,
        censored_at
    from followed
),

-- Day 1 holds what happened within 24 hours of the update.
dated as (
    select
        measure_id,
        updated_month,
        region,
        device_type,
        ended_at is not null as is_activated,
        cast(
            ceil(
                {{ seconds_between('happened_at', 'coalesce(ended_at, censored_at)') }} / 86400.0
            ) as integer
        ) as ended_day
    from cut
),

by_day as (
    select
        measure_id,
        updated_month,
        region,
        device_type,
        greatest(ended_day, 0) as day_number,
        count(*) filter (where is_activated) as activated_count,
        count(*) filter (where not is_activated) as censored_count
    from dated
    group by measure_id, updated_month, region, device_type, greatest(ended_day, 0)
),

waiting as (
    select
        *,
        sum(activated_count + censored_count) over (
            partition by measure_id, updated_month, region, device_type
            order by day_number desc
        ) as waiting_count
    from by_day
),

-- The product of what was not activated each day, as a sum of logarithms: all activated leaves 0.
surviving as (
    select
        *,
        case
            when
                min(waiting_count - activated_count) over (
                    partition by measure_id, updated_month, region, device_type
                    order by day_number
                ) = 0
                then 0
            else exp(
                sum(
                    ln(
                        cast(nullif(waiting_count - activated_count, 0) as double) / waiting_count
                    )
                ) over (
                    partition by measure_id, updated_month, region, device_type
                    order by day_number
                )
            )
        end as surviving_share
    from waiting
),

final as (
    select
        surviving.measure_id,
        curves.curve_name,
        curves.is_drawn,
        surviving.updated_month,
        surviving.region,
        surviving.device_type,
        cast(surviving.day_number as integer) as day_number,
        cast(surviving.waiting_count as bigint) as waiting_count,
        surviving.activated_count,
        surviving.censored_count,
        cast(100.0 * (1 - surviving.surviving_share) as decimal(9, 6)) as activated_pct,
        curves.measure_difference
    from surviving
    inner join curves
        on surviving.measure_id = curves.measure_id
)

select * from final
