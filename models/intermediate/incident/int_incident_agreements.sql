{#- CPM 5, 5A: docs/measures/cpm_4_5_5a.md#blind-spots; INC-11, INC-12 -#}
{# CPM 5 and 5A rest on the DCC's own records; the providers' lists say how far the two agree. An
   Incident is expected in a provider's list where the provider sent a list for the month in which
   the DCC's records show it resolved. #}
with

incidents as (
    select
        incident_id,
        incident_category,
        provider,
        resolved_at,
        {{ reporting_month_of('resolved_at') }} as reporting_month
    from {{ ref('int_incidents') }}
),

lists as (
    select *
    from {{ ref('int_incident_lists_deduplicated') }}
),

listed_months as (
    select distinct
        provider,
        reporting_month
    from {{ ref('int_submissions_current') }}
    where extract = 'incident_list'
),

tolerances as (
    select
        tolerance_seconds,
        valid_from,
        valid_to
    from {{ ref('incident_agreement_tolerances') }}
    where tolerance_id = 'resolution'
),

listed as (
    select
        lists.provider,
        lists.provider_reference,
        lists.incident_id,
        lists.submission_key,
        incidents.incident_category as dcc_incident_category,
        lists.incident_category as provider_incident_category,
        incidents.resolved_at as dcc_resolved_at,
        lists.resolved_at as provider_resolved_at,
        {{ seconds_between('incidents.resolved_at', 'lists.resolved_at') }}
            as provider_later_seconds,
        incidents.incident_id is not null as is_known_to_dcc
    from lists
    left join incidents
        on lists.incident_id = incidents.incident_id
),

unlisted as (
    select
        incidents.provider,
        incidents.incident_id,
        incidents.incident_category as dcc_incident_category,
        incidents.resolved_at as dcc_resolved_at
    from incidents
    inner join listed_months
        on
            incidents.provider = listed_months.provider
            and incidents.reporting_month = listed_months.reporting_month
    left join lists
        on incidents.incident_id = lists.incident_id
    where lists.incident_id is null
),

compared as (
    select
        listed.*,
        coalesce(listed.dcc_incident_category, '')
        = coalesce(listed.provider_incident_category, '') as is_same_category,
        coalesce(
            abs(listed.provider_later_seconds) <= tolerances.tolerance_seconds, false
        ) as is_same_resolution
    from listed
    left join tolerances
        on {{ is_valid('tolerances', 'listed.provider_resolved_at') }}
),

matched as (
    select
        provider,
        provider_reference,
        incident_id,
        submission_key,
        dcc_incident_category,
        provider_incident_category,
        provider_later_seconds,
        dcc_resolved_at,
        provider_resolved_at,
        case
            when not is_known_to_dcc then 'missing_from_dcc'
            when is_same_category and is_same_resolution then 'matched'
            when is_same_category then 'resolution_differs'
            when is_same_resolution then 'category_differs'
            else 'category_and_resolution_differ'
        end as match_status
    from compared
    union all
    select
        provider,
        null as provider_reference,
        incident_id,
        null as submission_key,
        dcc_incident_category,
        null as provider_incident_category,
        null as provider_later_seconds,
        dcc_resolved_at,
        null as provider_resolved_at,
        'missing_from_provider' as match_status
    from unlisted
),

final as (
    select
        concat(
            provider, '/', coalesce(provider_reference, ''), '/', coalesce(incident_id, '')
        ) as agreement_key,
        provider,
        provider_reference,
        incident_id,
        submission_key,
        match_status,
        dcc_incident_category,
        provider_incident_category,
        provider_later_seconds,
        dcc_resolved_at,
        provider_resolved_at
    from matched
)

select * from final
