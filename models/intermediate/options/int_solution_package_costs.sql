{#- MP122B: docs/measures/solution_options.md#packages; OPT-04 -#}
{# The share of the S1SPs is part of the implementation, so it is in no total. A kind that no
   option of the package has is 0. #}
with

package_routes as (
    select
        package_key,
        route_id
    from {{ ref('int_solution_package_routes') }}
),

route_costs as (
    select *
    from {{ ref('int_solution_route_costs') }}
),

kinds as (
    select distinct cost_kind
    from route_costs
),

packages as (
    select distinct package_key
    from package_routes
),

summed as (
    select
        package_routes.package_key,
        route_costs.cost_kind,
        sum(route_costs.low_gbp) as low_gbp,
        sum(route_costs.high_gbp) as high_gbp
    from package_routes
    inner join route_costs
        on package_routes.route_id = route_costs.route_id
    group by package_routes.package_key, route_costs.cost_kind
),

lines as (
    select
        packages.package_key,
        kinds.cost_kind,
        coalesce(summed.low_gbp, 0) as low_gbp,
        coalesce(summed.high_gbp, 0) as high_gbp
    from packages
    cross join kinds
    left join summed
        on
            packages.package_key = summed.package_key
            and kinds.cost_kind = summed.cost_kind
),

totals as (
    select
        package_key,
        'total' as cost_kind,
        sum(low_gbp) as low_gbp,
        sum(high_gbp) as high_gbp
    from lines
    where cost_kind != 's1sp_share'
    group by package_key
),

final as (
    select
        package_key,
        cost_kind,
        cast(low_gbp as bigint) as low_gbp,
        cast(high_gbp as bigint) as high_gbp
    from lines
    union all
    select
        package_key,
        cost_kind,
        cast(low_gbp as bigint) as low_gbp,
        cast(high_gbp as bigint) as high_gbp
    from totals
)

select * from final
