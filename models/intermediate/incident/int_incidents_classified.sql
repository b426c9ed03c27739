{#- CPM 4, 5, 5A: docs/measures/cpm_4_5_5a.md#in-and-out; INC-06, INC-07, INC-16, INC-17 -#}
{# Who answers for each Incident and why it may fall outside every measure, by what it was when it
   was resolved. #}
with

incidents as (
    select *
    from {{ ref('int_incidents_deduplicated') }}
),

resolutions as (
    select *
    from {{ ref('int_incidents_resolved') }}
),

histories as (
    select incident_id
    from {{ ref('int_incident_histories_summarised') }}
),

statuses as (
    select
        status,
        clock_state,
        valid_from,
        valid_to
    from {{ ref('int_incident_statuses') }}
),

organisations as (
    select
        organisation,
        provider_id,
        is_dcc_responsible,
        valid_from,
        valid_to
    from {{ ref('int_incident_organisations') }}
),

categories as (
    select incident_category
    from {{ ref('incident_categories') }}
),

regions as (
    select region
    from {{ ref('regions') }}
),

providers as (
    select provider_id
    from {{ ref('providers') }}
),

audit_logs as (
    select *
    from {{ ref('int_incident_audit_logs') }}
),

clock as (
    select
        first_reporting_month,
        last_reporting_month
    from {{ ref('int_reporting_clock') }}
),

-- An export can be older than the log, which then shows that the Incident was taken up again.
cancelled as (
    select
        resolutions.incident_id,
        resolutions.is_cancelled
        or (
            coalesce(statuses.clock_state = 'cancelled', false)
            and coalesce(resolutions.last_active_at <= incidents.last_modified_at, true)
        ) as is_cancelled
    from resolutions
    inner join incidents
        on resolutions.incident_id = incidents.incident_id
    left join statuses
        on
            incidents.status = statuses.status
            and {{ is_listed('statuses', 'incidents.last_modified_at') }}
),

final as (
    select
        incidents.incident_id,
        incidents.submission_key,
        incidents.submission_key || coalesce(',' || audit_logs.submission_keys, '')
            as submission_keys,
        incidents.source_file,
        incidents.source_row,
        resolutions.incident_category,
        resolutions.incident_category_at_logging,
        incidents.status,
        incidents.raised_by,
        resolutions.organisation,
        resolutions.party_kind as responsible_party,
        coalesce(organisations.provider_id, providers.provider_id, {{ unknown() }}) as provider,
        coalesce(regions.region, {{ unknown() }}) as region,
        resolutions.reopen_count,
        case
            when cancelled.is_cancelled then 'cancelled'
            when not organisations.is_dcc_responsible then 'not_dcc_responsible'
            when categories.incident_category is null then 'unknown_code'
        end as exclusion_reason,
        histories.incident_id is null as is_elapsed_only,
        incidents.logged_at,
        incidents.responded_at,
        case when not cancelled.is_cancelled then resolutions.ended_at end as resolved_at,
        resolutions.ended_at,
        resolutions.known_until_at
    from incidents
    inner join resolutions
        on incidents.incident_id = resolutions.incident_id
    inner join cancelled
        on incidents.incident_id = cancelled.incident_id
    left join histories
        on incidents.incident_id = histories.incident_id
    cross join clock
    left join audit_logs
        on
            greatest({{ reporting_month_of('incidents.logged_at') }}, clock.first_reporting_month)
            = audit_logs.first_month
            and least(
                {{ reporting_month_of('resolutions.known_until_at') }},
                clock.last_reporting_month
            ) = audit_logs.last_month
    left join organisations
        on
            resolutions.organisation = organisations.organisation
            and {{ is_listed(
                'organisations', 'coalesce(resolutions.ended_at, resolutions.last_active_at)'
            ) }}
    left join categories
        on resolutions.incident_category = categories.incident_category
    left join providers
        on incidents.recorded_provider = providers.provider_id
    left join regions
        on incidents.region = regions.region
)

select * from final
