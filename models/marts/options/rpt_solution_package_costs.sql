{#- MP122B: docs/measures/solution_options.md#packages; OPT-02, OPT-04 -#}
{# Named packages, and what the consultation prints for one of them beside the sum. #}
with

packages as (
    select *
    from {{ ref('int_solution_packages') }}
    where package_id is not null
),

costs as (
    select *
    from {{ ref('int_solution_package_costs') }}
),

printed as (
    select
        package_id,
        cost_kind,
        printed_low_gbp,
        printed_high_gbp
    from {{ ref('solution_option_printed_totals') }}
),

final as (
    select
        packages.package_id,
        packages.package_name,
        costs.cost_kind,
        packages.plus,
        packages.left_out,
        packages.provenance,
        packages.source,
        costs.low_gbp,
        costs.high_gbp,
        printed.printed_low_gbp,
        printed.printed_high_gbp,
        cast(printed.printed_low_gbp - costs.low_gbp as bigint) as difference_low_gbp,
        cast(printed.printed_high_gbp - costs.high_gbp as bigint) as difference_high_gbp
    from packages
    inner join costs
        on packages.package_key = costs.package_key
    left join printed
        on
            packages.package_id = printed.package_id
            and costs.cost_kind = printed.cost_kind
)

select * from final
