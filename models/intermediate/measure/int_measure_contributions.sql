{#- All measures: docs/measures/results.md#summary; REP-14, REP-15 -#}
{# What each Region and each provider takes from the national result: its missed events out of all
   events of the month, in points. The change of that on the month before is what it moved, so that
   the Regions, and the providers, add up to the change of the result. #}
with

changes as (
    select *
    from {{ ref('int_measure_changes') }}
    where
        is_default
        and aggregation = 'pooled'
),

providers as (
    select
        provider_id,
        short_name
    from {{ ref('providers') }}
),

marks as (
    select *
    from {{ ref('result_marks') }}
    where mark_id = 'small_number'
),

confidences as (
    select *
    from {{ ref('comparison_confidences') }}
    where comparison_id = 'result'
),

wholes as (
    select
        measure_id,
        reporting_month,
        total_count,
        previous_total_count,
        change_points
    from changes
    where scope_type = 'national'
),

parts as (
    select
        changes.measure_id,
        changes.variant_id,
        changes.reporting_month,
        changes.scope_type,
        changes.scope,
        changes.basis,
        changes.status,
        changes.result_pct,
        wholes.total_count as whole_count,
        wholes.change_points,
        coalesce(changes.met_count, 0) as met_count,
        coalesce(changes.total_count, 0) as total_count,
        case when wholes.change_points is not null then wholes.previous_total_count end
            as previous_whole_count,
        case
            when wholes.change_points is not null then coalesce(changes.previous_met_count, 0)
        end as previous_met_count,
        case
            when wholes.change_points is not null then coalesce(changes.previous_total_count, 0)
        end as previous_total_count
    from changes
    inner join wholes
        on
            changes.measure_id = wholes.measure_id
            and changes.reporting_month = wholes.reporting_month
    where changes.scope_type != 'national'
),

lost as (
    select
        *,
        total_count - met_count as missed_count,
        previous_total_count - previous_met_count as previous_missed_count,
        cast(met_count as double) / nullif(total_count, 0) as met_share,
        100 * cast(total_count - met_count as double) / nullif(whole_count, 0) as lost_points,
        100 * cast(previous_total_count - previous_met_count as double)
        / nullif(previous_whole_count, 0) as previous_lost_points
    from parts
    where total_count + coalesce(previous_total_count, 0) > 0
),

sized as (
    select
        lost.*,
        {{ wilson_bound('met_share', 'total_count', 'z_score', '-') }} as share_lower,
        {{ wilson_bound('met_share', 'total_count', 'z_score', '+') }} as share_upper
    from lost
    inner join confidences
        on {{ is_valid('confidences', 'lost.reporting_month') }}
),

final as (
    select
        sized.measure_id,
        sized.variant_id,
        sized.scope_type,
        sized.scope,
        coalesce(providers.short_name, sized.scope) as scope_name,
        sized.basis,
        sized.status,
        cast(sized.met_count as bigint) as met_count,
        cast(sized.missed_count as bigint) as missed_count,
        cast(sized.total_count as bigint) as total_count,
        cast(sized.previous_missed_count as bigint) as previous_missed_count,
        cast(sized.previous_total_count as bigint) as previous_total_count,
        sized.result_pct,
        cast(100 * sized.share_lower as decimal(9, 6)) as result_lower_pct,
        cast(100 * sized.share_upper as decimal(9, 6)) as result_upper_pct,
        cast(sized.lost_points as decimal(9, 6)) as lost_points,
        cast(sized.previous_lost_points as decimal(9, 6)) as previous_lost_points,
        cast(sized.previous_lost_points - sized.lost_points as decimal(9, 6))
            as contribution_points,
        cast(
            case
                when sized.change_points != 0
                    then row_number() over (
                        partition by sized.measure_id, sized.reporting_month, sized.scope_type
                        order by
                            (sized.previous_lost_points - sized.lost_points)
                            * sign(sized.change_points) desc,
                            sized.missed_count desc,
                            sized.scope asc
                    )
            end as integer
        ) as contribution_rank,
        cast(
            row_number() over (
                partition by sized.measure_id, sized.reporting_month, sized.scope_type
                order by sized.missed_count desc, sized.total_count asc, sized.scope asc
            ) as integer
        ) as missed_rank,
        sized.total_count between 1 and marks.bound - 1 as is_small_number,
        sized.reporting_month
    from sized
    inner join marks
        on {{ is_valid('marks', 'sized.reporting_month') }}
    left join providers
        on
            sized.scope_type = 'provider'
            and sized.scope = providers.provider_id
)

select * from final
