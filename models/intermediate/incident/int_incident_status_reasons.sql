{#- CPM 4, 5, 5A: docs/measures/cpm_4_5_5a.md#clock; COD-01, COD-02, COD-03 -#}
with

project as (
    select
        status_reason,
        pauses_clock,
        held_by,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to,
        false as is_synthetic,
        provenance,
        source
    from {{ ref('incident_status_reasons') }}
),

own as (
    select *
    from {{ ref('stg_own__incident_status_reasons') }}
),

lists as (
    select *
    from {{ ref('int_own_lists') }}
),

final as (
    {{ codes_in_force('incident_status_reasons', 'project', 'own', 'lists') }}
)

select * from final
