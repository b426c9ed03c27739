{#- MP122B: docs/measures/solution_options.md#timeline; OPT-09 -#}
with

final as (
    select
        release_id,
        release_name,
        standing,
        provenance,
        source,
        release_date
    from {{ ref('sec_releases') }}
)

select * from final
