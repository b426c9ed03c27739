{#- MP122B: docs/measures/solution_options.md#value; OPT-11 -#}
with

final as (
    select *
    from {{ ref('int_solution_route_values') }}
)

select * from final
