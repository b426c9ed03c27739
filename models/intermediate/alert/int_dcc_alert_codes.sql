{#- CPM 3: docs/measures/cpm_3.md#in-and-out; COD-01, COD-02, COD-03 -#}
{{ config(materialized='table') }}

with

project as (
    select
        alert_code,
        alert_description,
        valid_from,
        valid_to,
        false as is_synthetic,
        provenance,
        source
    from {{ ref('dcc_alert_codes') }}
),

own as (
    select *
    from {{ ref('stg_own__dcc_alert_codes') }}
),

lists as (
    select *
    from {{ ref('int_own_lists') }}
),

final as (
    {{ codes_in_force('dcc_alert_codes', 'project', 'own', 'lists') }}
)

select * from final
