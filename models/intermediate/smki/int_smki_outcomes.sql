{#- CPM 7, 8: docs/measures/cpm_7_8.md#in-and-out; RES-07, SMK-01, SMK-02 -#}
{# CPM 7 and 8. An Allowed Exception takes out the request that it names, or those received in its
   window, its start inclusive and its end exclusive. #}
with

judged as (
    select *
    from {{ ref('int_smki_requests_judged') }}
),

variants as (
    select
        measure_id,
        variant_id
    from {{ ref('measure_variants') }}
),

exceptions as (
    select *
    from {{ ref('int_allowed_exceptions') }}
),

excepted as (
    select
        judged.measure_id,
        judged.request_id,
        judged.received_at
    from judged
    inner join exceptions
        on
            judged.measure_id = exceptions.measure_id
            and judged.request_id = exceptions.event_reference
    union
    select
        judged.measure_id,
        judged.request_id,
        judged.received_at
    from judged
    inner join exceptions
        on
            judged.measure_id = exceptions.measure_id
            and judged.received_at >= exceptions.window_started_at
            and judged.received_at < exceptions.window_ended_at
),

requests as (
    select
        judged.*,
        excepted.request_id is not null as is_excepted
    from judged
    left join excepted
        on
            judged.measure_id = excepted.measure_id
            and judged.request_id = excepted.request_id
            and judged.received_at = excepted.received_at
),

final as (
    select
        requests.measure_id,
        variants.variant_id,
        requests.reporting_month,
        {{ unknown() }} as region,
        requests.provider,
        'measured' as basis,
        requests.submission_key as submission_keys,
        count(*) filter (
            where requests.exclusion_reason is null and not requests.is_excepted and requests.is_met
        ) as met_count,
        count(*) filter (
            where requests.exclusion_reason is null and not requests.is_excepted
        ) as total_count,
        count(*) filter (
            where requests.exclusion_reason is not null or requests.is_excepted
        ) as excluded_count,
        count(*) filter (
            where requests.exclusion_reason is null and requests.is_met
        ) as met_count_before_exceptions,
        count(*) filter (where requests.exclusion_reason is null) as total_count_before_exceptions,
        0 as unseen_count
    from requests
    inner join variants
        on requests.measure_id = variants.measure_id
    group by
        requests.measure_id,
        variants.variant_id,
        requests.reporting_month,
        requests.provider,
        requests.submission_key
)

select * from final
