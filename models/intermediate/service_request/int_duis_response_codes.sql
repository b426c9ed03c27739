{#- CPM 1, 2: docs/measures/cpm_1_2.md#in-and-out; COD-01, COD-02, COD-03 -#}
{{ config(materialized='table') }}

with

project as (
    select
        response_code,
        outcome_class,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to,
        false as is_synthetic,
        provenance,
        source
    from {{ ref('duis_response_codes') }}
),

own as (
    select *
    from {{ ref('stg_own__duis_response_codes') }}
),

lists as (
    select *
    from {{ ref('int_own_lists') }}
),

final as (
    {{ codes_in_force('duis_response_codes', 'project', 'own', 'lists') }}
)

select * from final
