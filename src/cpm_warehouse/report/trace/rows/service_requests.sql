-- Which Service Requests does a result of CPM 1 or 2 rest on, where does each lie, and as what does
-- it count?
with

requests as (
    select
        timed.*,
        concat_ws(':', timed.originator_id, timed.target_id, timed.originator_counter) as event_id,
        cast(concat(timed.period, '-01') as date) as submission_date
    from intermediate.int_service_requests_timed as timed
    inner join intermediate.int_submissions_current as submissions
        on timed.submission_key = submissions.submission_key
    where
        ($reporting_month is null or timed.request_month = $reporting_month)
        and ($submission_key is null or timed.submission_key = $submission_key)
        and ($source_file is null or timed.source_file = $source_file)
        and ($source_row is null or timed.source_row = $source_row)
),

repeated as (
    select
        submission_key,
        source_file,
        source_row
    from cubes.cube_service_request_repeats
    where source_row is not null
),

regions as (
    select
        region,
        generation
    from reference.region_generations
),

judged as (
    select
        variants.measure_id,
        variants.variant_id,
        requests.request_month as reporting_month,
        coalesce(regions.region, 'Unknown') as region,
        requests.provider,
        requests.event_id,
        requests.received_at as happened_at,
        requests.submission_key,
        requests.source_file,
        requests.source_row,
        case
            when repeated.source_row is not null then 'repeated'
            when targets.target_milliseconds is null then 'unknown_service_reference_variant'
            when device_variants.is_non_device and not variants.counts_non_device_requests
                then 'non_device_request'
            when exclusions.exclusion_reason is not null then exclusions.exclusion_reason
            when excepted.excepted_date is not null then 'allowed_exception'
        end as not_counted_reason,
        case variants.critical_clock_starts_at
            when 'signed_pre_command' then requests.response_milliseconds_from_pre_command
            else requests.response_milliseconds
        end as took_milliseconds,
        targets.target_milliseconds
    from requests
    inner join reference.measure_service_request_variants as variants
        on requests.mode = variants.mode
    left join repeated
        on
            requests.submission_key = repeated.submission_key
            and requests.source_file = repeated.source_file
            and requests.source_row = repeated.source_row
    left join regions
        on requests.region = regions.region
    left join reference.service_reference_variants as device_variants
        on requests.service_reference_variant = device_variants.service_reference_variant
    left join intermediate.int_service_request_targets_resolved as targets
        on
            requests.service_reference_variant = targets.service_reference_variant
            and requests.mode = targets.mode
            and coalesce(regions.generation, 'Unknown') = targets.generation
            and requests.submission_date >= targets.valid_from
            and requests.submission_date < coalesce(targets.valid_to, date '9999-12-31')
    left join intermediate.int_duis_response_codes as codes
        on
            requests.response_code = codes.response_code
            and (codes.valid_from is null or requests.request_date >= codes.valid_from)
            and (codes.valid_to is null or requests.request_date < codes.valid_to)
    left join reference.measure_service_request_exclusions as exclusions
        on
            variants.measure_id = exclusions.measure_id
            and variants.variant_id = exclusions.variant_id
            and coalesce(
                codes.outcome_class,
                case when requests.response_code is null then 'no_response' else 'unknown_code' end
            ) = exclusions.outcome
    left join intermediate.int_allowed_exception_dates as excepted
        on
            variants.measure_id = excepted.measure_id
            and requests.request_date = excepted.excepted_date
    where
        ($measure_id is null or variants.measure_id = $measure_id)
        and ($variant_id is null or variants.variant_id = $variant_id)
        and ($event_id is null or requests.event_id = $event_id)
),

final as (
    select
        measure_id,
        variant_id,
        reporting_month,
        region,
        provider,
        'measured' as basis,
        event_id,
        happened_at,
        case
            when not_counted_reason is not null then not_counted_reason
            when coalesce(took_milliseconds <= target_milliseconds, false) then 'met'
            else 'missed'
        end as counted_as,
        took_milliseconds,
        target_milliseconds,
        cast(
            not_counted_reason is null
            and coalesce(took_milliseconds <= target_milliseconds, false) as bigint
        ) as met_count,
        cast(not_counted_reason is null as bigint) as total_count,
        cast(not_counted_reason is not null and not_counted_reason != 'repeated' as bigint)
            as excluded_count,
        submission_key,
        source_file,
        source_row
    from judged
)

select *
from final
where
    $scope_type is null
    or $scope_type = 'national'
    or ($scope_type = 'region' and region = $scope)
    or ($scope_type = 'provider' and provider = $scope)
order by submission_key, source_file, source_row, measure_id, variant_id
