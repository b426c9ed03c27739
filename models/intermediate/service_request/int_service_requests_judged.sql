{#- CPM 1, 2: docs/measures/cpm_1_2.md#in-and-out; RES-07, SRQ-03, SRQ-04 -#}
{# CPM 1 and 2 from the daily cells. An Allowed Exception for a window takes out the days that it
   wholly covers. A Service Reference Variant that no list has no target and is excluded. #}
with

cells as (
    select *
    from {{ ref('int_service_requests_classified') }}
),

variants as (
    select *
    from {{ ref('measure_service_request_variants') }}
),

exclusions as (
    select *
    from {{ ref('measure_service_request_exclusions') }}
),

excepted_dates as (
    select *
    from {{ ref('int_allowed_exception_dates') }}
),

final as (
    select
        variants.measure_id,
        variants.variant_id,
        cells.request_month as reporting_month,
        cells.region,
        cells.submission_key,
        cells.request_count,
        case variants.critical_clock_starts_at
            when 'signed_pre_command' then cells.within_target_from_pre_command_count
            else cells.within_target_count
        end as within_target_count,
        case
            when not cells.has_target then 'unknown_service_reference_variant'
            when cells.is_non_device and not variants.counts_non_device_requests
                then 'non_device_request'
            else exclusions.exclusion_reason
        end as exclusion_reason,
        excepted_dates.excepted_date is not null as is_excepted
    from cells
    inner join variants
        on cells.mode = variants.mode
    left join exclusions
        on
            variants.measure_id = exclusions.measure_id
            and variants.variant_id = exclusions.variant_id
            and cells.outcome = exclusions.outcome
    left join excepted_dates
        on
            variants.measure_id = excepted_dates.measure_id
            and cells.request_date = excepted_dates.excepted_date
)

select * from final
