{#- MP122A annex: docs/measures/business_processes.md#formula; SRQ-07, SRQ-09 -#}
{# All Regions, SEC Parties and device types of a Business Process together, pooled cells included.
   Within one process a request stands once; across processes it may stand several times. #}
with

performance as (
    select
        business_process,
        business_process_name,
        service_reference_variant,
        volume_source,
        volume,
        success_count,
        final_count,
        reporting_month
    from {{ ref('rpt_business_process_performance') }}
),

totals as (
    select
        business_process,
        business_process_name,
        service_reference_variant,
        volume_source,
        reporting_month,
        sum(volume) as volume,
        sum(success_count) as success_count,
        sum(final_count) as final_count
    from performance
    group by
        business_process,
        business_process_name,
        service_reference_variant,
        volume_source,
        reporting_month
),

final as (
    select
        business_process,
        business_process_name,
        service_reference_variant,
        volume_source,
        cast(volume as bigint) as volume,
        cast(success_count as bigint) as success_count,
        cast(final_count as bigint) as final_count,
        cast(
            case when final_count > 0 then 100.0 * success_count / final_count end as decimal(9, 6)
        ) as success_pct,
        reporting_month
    from totals
)

select * from final
