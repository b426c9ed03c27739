{#- All measures: docs/measures/results.md#wording; RES-18 -#}
with

measures as (
    select *
    from {{ ref('measures') }}
),

final as (
    select
        measure_id,
        measure_name,
        definition,
        unit,
        sec_reference,
        page,
        provenance,
        source,
        valid_from,
        valid_to
    from measures
)

select * from final
