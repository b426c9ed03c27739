{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#basis; FIR-01, FIR-14, COD-04 -#}
{# The proxy sees Communications Hubs only: activations of other devices stand beside it as unseen,
   and lower its coverage and nothing else. An activation may come from a later submission than its update. #}
with

outcomes as (
    select *
    from {{ ref('int_firmware_events_judged') }}
),

variants as (
    select
        measure_id,
        variant_id
    from {{ ref('measure_firmware_variants') }}
    where basis = 'proxy'
),

submissions as (
    select
        submission_key,
        extract,
        provider,
        reporting_month
    from {{ ref('int_submissions_current') }}
),

code_lists as (
    select
        submission_key,
        valid_from,
        valid_to
    from {{ ref('int_own_lists') }}
    where list_name = 'duis_response_codes'
),

grouped as (
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        provider,
        basis,
        submission_key,
        case
            when activation_evidence = 'inventory' then 'device_inventory'
            when activation_evidence = 'reported' then split_part(submission_key, '/', 1)
        end as evidence_extract,
        case when activation_evidence = 'inventory' then 'dsp' else provider end
            as evidence_provider,
        evidence_month,
        count(*) filter (
            where exclusion_reason is null and not is_excepted and is_met
        ) as met_count,
        count(*) filter (where exclusion_reason is null and not is_excepted) as total_count,
        count(*) filter (where exclusion_reason is not null or is_excepted) as excluded_count,
        count(*) filter (
            where exclusion_reason is null and is_met
        ) as met_count_before_exceptions,
        count(*) filter (where exclusion_reason is null) as total_count_before_exceptions,
        count(*) as event_count
    from outcomes
    group by
        measure_id,
        variant_id,
        reporting_month,
        region,
        provider,
        basis,
        submission_key,
        evidence_extract,
        evidence_provider,
        evidence_month
),

keyed as (
    select
        grouped.*,
        concat_ws(
            ',',
            grouped.submission_key,
            case
                when submissions.submission_key != grouped.submission_key
                    then submissions.submission_key
            end,
            code_lists.submission_key
        ) as submission_keys
    from grouped
    left join submissions
        on
            grouped.evidence_extract = submissions.extract
            and grouped.evidence_provider = submissions.provider
            and grouped.evidence_month = submissions.reporting_month
    -- The DSP's answers to a request are response codes.
    left join code_lists
        on
            split_part(grouped.submission_key, '/', 1) = 'update_firmware_requests'
            and {{ is_listed('code_lists', 'grouped.reporting_month') }}
),

seen as (
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        provider,
        basis,
        submission_keys,
        sum(met_count) as met_count,
        sum(total_count) as total_count,
        sum(excluded_count) as excluded_count,
        sum(met_count_before_exceptions) as met_count_before_exceptions,
        sum(total_count_before_exceptions) as total_count_before_exceptions,
        sum(event_count) as event_count
    from keyed
    group by
        measure_id, variant_id, reporting_month, region, provider, basis, submission_keys
),

-- What the measured basis counts and the proxy does not.
events_by_basis as (
    select
        seen.measure_id,
        seen.variant_id,
        seen.reporting_month,
        seen.region,
        seen.provider,
        seen.submission_keys,
        sum(case when seen.basis = 'measured' then seen.event_count else -seen.event_count end)
            as unseen_count
    from seen
    inner join variants
        on
            seen.measure_id = variants.measure_id
            and seen.variant_id = variants.variant_id
    group by
        seen.measure_id,
        seen.variant_id,
        seen.reporting_month,
        seen.region,
        seen.provider,
        seen.submission_keys
),

combined as (
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        provider,
        basis,
        submission_keys,
        met_count,
        total_count,
        excluded_count,
        met_count_before_exceptions,
        total_count_before_exceptions,
        0 as unseen_count
    from seen
    union all
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        provider,
        'proxy' as basis,
        submission_keys,
        0 as met_count,
        0 as total_count,
        0 as excluded_count,
        0 as met_count_before_exceptions,
        0 as total_count_before_exceptions,
        unseen_count
    from events_by_basis
    where unseen_count > 0
),

final as (
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        provider,
        basis,
        submission_keys,
        sum(met_count) as met_count,
        sum(total_count) as total_count,
        sum(excluded_count) as excluded_count,
        sum(met_count_before_exceptions) as met_count_before_exceptions,
        sum(total_count_before_exceptions) as total_count_before_exceptions,
        sum(unseen_count) as unseen_count
    from combined
    group by
        measure_id, variant_id, reporting_month, region, provider, basis, submission_keys
)

select * from final
