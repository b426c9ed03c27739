{#- CPM 4, 5, 5A: docs/measures/cpm_4_5_5a.md#clock; COD-01, COD-02, COD-03 -#}
with

project as (
    select
        organisation,
        party_kind,
        provider_id,
        is_dcc_responsible,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to,
        is_synthetic,
        provenance,
        source
    from {{ ref('incident_organisations') }}
),

own as (
    select *
    from {{ ref('stg_own__incident_organisations') }}
),

lists as (
    select *
    from {{ ref('int_own_lists') }}
),

final as (
    {{ codes_in_force('incident_organisations', 'project', 'own', 'lists') }}
)

select * from final
