{#- CPM 4, 5, 5A: docs/measures/cpm_4_5_5a.md#variants; INC-02, INC-03, INC-08, INC-10 -#}
{# CPM 4, 5, 5A: each Incident under each variant that its category falls to, with the month that it
   belongs to. Excluded Incidents have no target, so both attributions put them in the month in
   which they ended. #}
with

incidents as (
    select *
    from {{ ref('int_incidents') }}
),

variants as (
    select *
    from {{ ref('measure_incident_variants') }}
),

categories as (
    select *
    from {{ ref('measure_incident_categories') }}
),

exceptions as (
    select *
    from {{ ref('int_allowed_exceptions') }}
),

judged as (
    select
        categories.measure_id,
        categories.variant_id,
        incidents.incident_id,
        incidents.region,
        incidents.provider,
        incidents.submission_keys,
        incidents.exclusion_reason,
        case variants.outcome_kind
            when 'initial_response' then incidents.is_response_met
            else case variants.target_basis
                when 'working_days'
                    then coalesce(incidents.is_met_by_working_days, incidents.is_met)
                else incidents.is_met
            end
        end as is_met,
        case variants.attribution
            when 'due_month' then coalesce(incidents.due_at, incidents.ended_at)
            else incidents.ended_at
        end as attributed_at
    from incidents
    inner join categories
        on incidents.incident_category = categories.incident_category
    inner join variants
        on
            categories.measure_id = variants.measure_id
            and categories.variant_id = variants.variant_id
),

attributed as (
    select
        *,
        {{ reporting_month_of('attributed_at') }} as reporting_month
    from judged
    where
        attributed_at is not null
        and (is_met is not null or exclusion_reason is not null)
),

excepted as (
    select
        attributed.measure_id,
        attributed.variant_id,
        attributed.incident_id
    from attributed
    inner join exceptions
        on
            attributed.measure_id = exceptions.measure_id
            and attributed.incident_id = exceptions.event_reference
    union
    select
        attributed.measure_id,
        attributed.variant_id,
        attributed.incident_id
    from attributed
    inner join exceptions
        on
            attributed.measure_id = exceptions.measure_id
            and attributed.attributed_at >= exceptions.window_started_at
            and attributed.attributed_at < exceptions.window_ended_at
),

final as (
    select
        attributed.measure_id,
        attributed.variant_id,
        attributed.reporting_month,
        attributed.incident_id,
        attributed.region,
        attributed.provider,
        attributed.submission_keys,
        attributed.exclusion_reason,
        case
            when attributed.exclusion_reason is not null then attributed.exclusion_reason
            when excepted.incident_id is not null then 'allowed_exception'
        end as not_counted_reason,
        attributed.is_met,
        excepted.incident_id is not null as is_excepted
    from attributed
    left join excepted
        on
            attributed.measure_id = excepted.measure_id
            and attributed.variant_id = excepted.variant_id
            and attributed.incident_id = excepted.incident_id
)

select * from final
