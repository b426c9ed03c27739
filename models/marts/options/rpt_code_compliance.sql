{#- MP122A: docs/measures/obligations.md#formula; OPT-12, OPT-13 -#}
with

final as (
    select *
    from {{ ref('int_code_compliance') }}
)

select * from final
