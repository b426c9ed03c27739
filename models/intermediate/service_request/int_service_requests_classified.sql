{#- CPM 1, 2: docs/measures/cpm_1_2.md#in-and-out; SRQ-04 -#}
{# The daily cells that count, each with what it is: class of its response code, generation, and
   whether a device answers the request. #}
with

cells as (
    select *
    from {{ ref('cube_service_requests_by_day') }}
),

submissions as (
    select submission_key
    from {{ ref('int_submissions_current') }}
),

regions as (
    select
        region,
        generation
    from {{ ref('region_generations') }}
),

variants as (
    select
        service_reference_variant,
        is_non_device
    from {{ ref('service_reference_variants') }}
),

response_codes as (
    select
        response_code,
        outcome_class,
        valid_from,
        valid_to
    from {{ ref('int_duis_response_codes') }}
),

final as (
    select
        cells.submission_key,
        cells.request_date,
        cast(date_trunc('month', cells.request_date) as date) as request_month,
        coalesce(cells.service_reference_variant, {{ unknown() }}) as service_reference_variant,
        coalesce(cells.mode, {{ unknown() }}) as mode,
        coalesce(regions.region, {{ unknown() }}) as region,
        coalesce(regions.generation, {{ unknown() }}) as generation,
        coalesce(cells.device_type, {{ unknown() }}) as device_type,
        case
            when response_codes.outcome_class is not null then response_codes.outcome_class
            when cells.response_code is null then 'no_response'
            else 'unknown_code'
        end as outcome,
        coalesce(variants.is_non_device, false) as is_non_device,
        cells.has_target,
        cells.request_count,
        cells.duplicate_count,
        cells.responded_count,
        cells.within_target_count,
        cells.within_target_from_pre_command_count,
        cells.within_round_trip_target_count,
        cells.wan_sent_count,
        cells.wan_return_count,
        cells.wan_milliseconds
    from cells
    inner join submissions
        on cells.submission_key = submissions.submission_key
    left join regions
        on cells.region = regions.region
    left join variants
        on cells.service_reference_variant = variants.service_reference_variant
    left join response_codes
        on
            cells.response_code = response_codes.response_code
            and {{ is_listed('response_codes', 'cells.request_date') }}
)

select * from final
