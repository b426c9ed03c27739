{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#variants; FIR-01, FIR-08, FIR-09, FIR-13, RES-07
    -#}
{# CPM 6A, 6B, 6C: each update or activation under each reading whose devices it is of. Cohort: in
   the month of the update; activity: in the month of the activation request. A re-sent update counts
   once, by its last sending; one superseded by a later image is no test of its activation. Where repeats of a
   request count once, it is by the last, met if any of them succeeded or the inventory shows the version. #}
with

events as (
    select *
    from {{ ref('int_firmware_events') }}
    where duplicate_kind is null
),

variants as (
    select *
    from {{ ref('measure_firmware_variants') }}
),

populations as (
    select *
    from {{ ref('measure_firmware_populations') }}
),

exceptions as (
    select *
    from {{ ref('int_allowed_exceptions') }}
),

time_limits as (
    select
        valid_from,
        valid_to,
        {{ seconds_in('limit_value', 'limit_unit') }} as limit_seconds
    from {{ ref('firmware_time_limits') }}
    where limit_id = 'timely_activation'
),

in_population as (
    select
        variants.measure_id,
        variants.variant_id,
        variants.basis,
        variants.outcome_kind,
        variants.sees_inventory,
        events.*,
        time_limits.limit_seconds as timely_seconds,
        {{ seconds_between('events.happened_at', 'events.activated_at') }} as seconds_to_activate,
        case variants.event_kind
            when 'update' then 'cohort'
            else 'activity'
        end as counted_by
    from variants
    inner join populations
        on
            variants.measure_id = populations.measure_id
            and variants.variant_id = populations.variant_id
            and variants.basis = populations.basis
    inner join events
        on
            variants.event_kind = events.event_kind
            and populations.generation = events.generation
            and populations.device_type = events.device_type
    left join time_limits
        on {{ is_valid('time_limits', 'events.happened_at') }}
),

repeated as (
    select
        *,
        outcome_kind = 'activation_succeeded_once'
        and coalesce(next_tried_at <= followed_up_until, false) as is_repeated,
        outcome_kind = 'activation_succeeded_once'
        and outcome = 'failure'
        and coalesce(
            {{ seconds_between('latest_succeeded_at', 'happened_at') }}
            <= {{ seconds_between('happened_at', 'followed_up_until') }},
            false
        ) as succeeded_before,
        outcome_kind = 'activation_succeeded_once'
        and outcome = 'failure'
        and sees_inventory
        and coalesce(inventory_shown_at <= followed_up_until, false) as is_shown
    from in_population
),

judged as (
    select
        *,
        case
            when is_repeated then 'repeated'
            when counted_by = 'activity' then null
            when match_status = 'resent' then 'resent'
            when outcome_kind != 'updated' and match_status = 'superseded' then 'superseded'
            when outcome_kind = 'activated_in_time' and match_status != 'activated'
                then 'not_activated'
            when outcome_kind = 'activated_in_time' and activated_at is null then 'time_not_known'
        end as exclusion_reason,
        case outcome_kind
            when 'updated'
                then coalesce(outcome = 'success', false) or match_status = 'activated'
            when 'activated'
                then
                    match_status = 'activated'
                    and (sees_inventory or activation_evidence = 'reported')
            when 'activated_in_time'
                then
                    match_status = 'activated'
                    and coalesce(seconds_to_activate <= timely_seconds, false)
            when 'activation_succeeded' then outcome = 'success'
            when 'activation_succeeded_once'
                then outcome = 'success' or succeeded_before or is_shown
        end as is_met
    from repeated
),

final as (
    select
        judged.measure_id,
        judged.variant_id,
        judged.basis,
        judged.counted_by,
        judged.device_number,
        judged.region,
        judged.provider,
        judged.generation,
        judged.s1sp,
        judged.device_type,
        judged.manufacturer,
        judged.version_before,
        judged.version_after,
        judged.match_status,
        case
            when judged.succeeded_before then 'reported'
            when judged.is_shown then 'inventory'
            else judged.activation_evidence
        end as activation_evidence,
        judged.submission_key,
        judged.exclusion_reason,
        case when judged.exclusion_reason is null then judged.is_met end as is_met,
        exists ( -- noqa: LT01,LT06
            select 1
            from exceptions
            where
                exceptions.measure_id = judged.measure_id
                and judged.happened_at >= exceptions.window_started_at
                and judged.happened_at < exceptions.window_ended_at
        ) as is_excepted,
        case
            when judged.counted_by = 'cohort' and judged.match_status = 'activated'
                then judged.seconds_to_activate
        end as seconds_to_activate,
        {{ reporting_month_of('judged.happened_at') }} as reporting_month,
        case
            when judged.succeeded_before
                then {{ reporting_month_of('judged.latest_succeeded_at') }}
            when judged.counted_by = 'activity' and not judged.is_shown then null
            when judged.activated_at is not null
                then {{ reporting_month_of('judged.activated_at') }}
            when judged.inventory_shown_at is not null
                then {{ reporting_month_of(add_seconds('judged.inventory_shown_at', -1)) }}
        end as evidence_month,
        judged.happened_at
    from judged
)

select * from final
