{#- CPM 5, 5A: docs/measures/cpm_4_5_5a.md#blind-spots; INC-12 -#}
with

agreements as (
    select *
    from {{ ref('int_incident_agreements') }}
),

final as (
    select
        agreement_key,
        provider,
        provider_reference,
        incident_id,
        submission_key,
        match_status,
        dcc_incident_category,
        provider_incident_category,
        cast(provider_later_seconds as bigint) as provider_later_seconds,
        dcc_resolved_at,
        provider_resolved_at
    from agreements
)

select * from final
