{#- MP122B: docs/measures/solution_options.md#timeline; OPT-10 -#}
with

final as (
    select *
    from {{ ref('int_solution_start_dates') }}
)

select * from final
