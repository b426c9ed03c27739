{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#cuts; COD-01, COD-02, COD-03 -#}
{{ config(materialized='table') }}

with

project as (
    select
        manufacturer,
        manufacturer_name,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to,
        is_synthetic,
        provenance,
        source
    from {{ ref('manufacturers') }}
),

own as (
    select *
    from {{ ref('stg_own__manufacturers') }}
),

lists as (
    select *
    from {{ ref('int_own_lists') }}
),

final as (
    {{ codes_in_force('manufacturers', 'project', 'own', 'lists') }}
)

select * from final
