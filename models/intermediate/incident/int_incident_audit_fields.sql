{#- CPM 4, 5, 5A: docs/measures/cpm_4_5_5a.md#clock; COD-01, COD-02, COD-03 -#}
with

project as (
    select
        audit_field,
        tracked_as,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to,
        false as is_synthetic,
        provenance,
        source
    from {{ ref('incident_audit_fields') }}
),

own as (
    select *
    from {{ ref('stg_own__incident_audit_fields') }}
),

lists as (
    select *
    from {{ ref('int_own_lists') }}
),

final as (
    {{ codes_in_force('incident_audit_fields', 'project', 'own', 'lists') }}
)

select * from final
