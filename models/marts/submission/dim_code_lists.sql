{#- Own code lists: docs/guides/give_your_own_code_lists.md#which-lists; COD-01, COD-06 -#}
with

final as (
    select
        list_name,
        code,
        meaning,
        project_meaning,
        origin,
        provenance,
        source,
        is_synthetic,
        is_synthetic_on_real,
        valid_from,
        valid_to
    from {{ ref('int_code_lists') }}
)

select * from final
