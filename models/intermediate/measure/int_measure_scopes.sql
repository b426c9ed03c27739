{#- All measures: docs/measures/results.md#formula -#}
with

regions as (
    select region
    from {{ ref('regions') }}
),

providers as (
    select provider_id
    from {{ ref('providers') }}
),

final as (
    select
        'national' as scope_type,
        'national' as scope
    union all
    select
        'region' as scope_type,
        region as scope
    from regions
    union all
    select
        'provider' as scope_type,
        provider_id as scope
    from providers
    union all
    select
        'provider' as scope_type,
        {{ unknown() }} as scope
)

select * from final
