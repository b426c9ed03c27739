{#- H13.4: docs/measures/obligations.md#in-and-out; PMR-17 -#}
with

final as (
    select *
    from {{ ref('int_operations_centre_deliveries_judged') }}
)

select * from final
