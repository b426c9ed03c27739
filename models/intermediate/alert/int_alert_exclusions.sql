{#- CPM 3: docs/measures/cpm_3.md#in-and-out; ALT-05, ALT-15 -#}
{# CPM 3: the codes that it leaves out, those of the seed first; with them, where the seed
   unsent_alert_treatments says so, the codes that a meter only logs. #}
with

exclusions as (
    select *
    from {{ ref('alert_exclusions') }}
),

properties as (
    select *
    from {{ ref('alert_code_properties') }}
    where not is_sent_over_wan
),

treatments as (
    select *
    from {{ ref('unsent_alert_treatments') }}
    where is_excluded
),

unsent as (
    select
        properties.alert_kind,
        properties.alert_code,
        treatments.exclusion_reason,
        greatest(properties.valid_from, treatments.valid_from) as valid_from,
        least(properties.valid_to, treatments.valid_to) as valid_to
    from properties
    cross join treatments
    left join exclusions
        on
            properties.alert_kind = exclusions.alert_kind
            and properties.alert_code = exclusions.alert_code
    where exclusions.alert_code is null
),

final as (
    select
        alert_kind,
        alert_code,
        exclusion_reason,
        valid_from,
        valid_to
    from exclusions
    union all
    select
        alert_kind,
        alert_code,
        exclusion_reason,
        valid_from,
        valid_to
    from unsent
    where valid_to is null or valid_from < valid_to
)

select * from final
