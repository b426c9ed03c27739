{#- CPM 4, 5, 5A: docs/measures/cpm_4_5_5a.md#basis; INC-11, RES-05 -#}
{# An Allowed Exception takes an event out of the measure; the figure without exceptions stands
   beside it. Incidents that only a provider knows are counted as unseen: they lower the coverage of
   the basis, and nothing else. #}
with

outcomes as (
    select *
    from {{ ref('int_incident_outcomes_judged') }}
),

agreement as (
    select *
    from {{ ref('int_incident_agreements') }}
    where match_status = 'missing_from_dcc'
),

categories as (
    select *
    from {{ ref('measure_incident_categories') }}
),

seen as (
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        provider,
        submission_keys,
        count(*) filter (
            where exclusion_reason is null and not is_excepted and is_met
        ) as met_count,
        count(*) filter (where exclusion_reason is null and not is_excepted) as total_count,
        count(*) filter (where exclusion_reason is not null or is_excepted) as excluded_count,
        count(*) filter (
            where exclusion_reason is null and is_met
        ) as met_count_before_exceptions,
        count(*) filter (where exclusion_reason is null) as total_count_before_exceptions,
        0 as unseen_count
    from outcomes
    group by measure_id, variant_id, reporting_month, region, provider, submission_keys
),

unseen as (
    select
        categories.measure_id,
        categories.variant_id,
        {{ reporting_month_of('agreement.provider_resolved_at') }} as reporting_month,
        {{ unknown() }} as region,
        agreement.provider,
        agreement.submission_key as submission_keys,
        0 as met_count,
        0 as total_count,
        0 as excluded_count,
        0 as met_count_before_exceptions,
        0 as total_count_before_exceptions,
        count(*) as unseen_count
    from agreement
    inner join categories
        on agreement.provider_incident_category = categories.incident_category
    where agreement.provider_resolved_at is not null
    group by
        categories.measure_id,
        categories.variant_id,
        {{ reporting_month_of('agreement.provider_resolved_at') }},
        agreement.provider,
        agreement.submission_key
),

counted as (
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        provider,
        submission_keys,
        met_count,
        total_count,
        excluded_count,
        met_count_before_exceptions,
        total_count_before_exceptions,
        unseen_count
    from seen
    union all
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        provider,
        submission_keys,
        met_count,
        total_count,
        excluded_count,
        met_count_before_exceptions,
        total_count_before_exceptions,
        unseen_count
    from unseen
),

final as (
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        provider,
        'measured' as basis,
        submission_keys,
        met_count,
        total_count,
        excluded_count,
        met_count_before_exceptions,
        total_count_before_exceptions,
        unseen_count
    from counted
)

select * from final
