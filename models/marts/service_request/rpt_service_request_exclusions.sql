{#- CPM 1, 2: docs/measures/cpm_1_2.md#in-and-out; SRQ-04 -#}
{# What CPM 1 and 2 leave out, by reason: a reason of the measure's own goes before an Allowed
   Exception. #}
with

judged as (
    select *
    from {{ ref('int_service_requests_judged') }}
    where exclusion_reason is not null or is_excepted
),

final as (
    select
        measure_id,
        variant_id,
        region,
        coalesce(exclusion_reason, 'allowed_exception') as exclusion_reason,
        cast(sum(request_count) as bigint) as request_count,
        reporting_month
    from judged
    group by
        measure_id,
        variant_id,
        region,
        coalesce(exclusion_reason, 'allowed_exception'),
        reporting_month
)

select * from final
