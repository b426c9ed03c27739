{#- MP122B: docs/measures/solution_options.md#packages; OPT-04, OPT-05 -#}
{# A route costs what its options cost. Without the S1SPs an implementation is less by their
   share: the lower end less the most that it can be, the upper end less the least. #}
with

route_options as (
    select
        route_id,
        option_id,
        is_s1sp_share_left_out
    from {{ ref('solution_route_options') }}
),

costs as (
    select
        option_id,
        cost_kind,
        low_gbp,
        high_gbp
    from {{ ref('solution_option_costs') }}
),

s1sp_shares as (
    select
        option_id,
        low_gbp,
        high_gbp
    from costs
    where cost_kind = 's1sp_share'
),

option_costs as (
    select
        route_options.route_id,
        costs.cost_kind,
        costs.low_gbp - coalesce(s1sp_shares.high_gbp, 0) as low_gbp,
        costs.high_gbp - coalesce(s1sp_shares.low_gbp, 0) as high_gbp
    from route_options
    inner join costs
        on route_options.option_id = costs.option_id
    left join s1sp_shares
        on
            costs.option_id = s1sp_shares.option_id
            and costs.cost_kind = 'implementation'
            and route_options.is_s1sp_share_left_out
    where not (route_options.is_s1sp_share_left_out and costs.cost_kind = 's1sp_share')
),

final as (
    select
        route_id,
        cost_kind,
        cast(sum(low_gbp) as bigint) as low_gbp,
        cast(sum(high_gbp) as bigint) as high_gbp
    from option_costs
    group by route_id, cost_kind
)

select * from final
