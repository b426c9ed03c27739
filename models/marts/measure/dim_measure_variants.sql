{#- All measures: docs/measures/results.md#variants; RES-15, RES-18 -#}
with

variants as (
    select *
    from {{ ref('measure_variants') }}
),

measures as (
    select
        measure_id,
        valid_from,
        valid_to
    from {{ ref('measures') }}
),

final as (
    select
        variants.measure_id,
        variants.variant_id,
        variants.variant_name,
        variants.definition,
        variants.provenance,
        variants.source,
        variants.is_default,
        measures.valid_from,
        measures.valid_to
    from variants
    inner join measures
        on variants.measure_id = measures.measure_id
)

select * from final
