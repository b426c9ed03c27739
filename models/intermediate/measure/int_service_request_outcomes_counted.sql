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
    from {{ ref('int_measure_excepted_dates_listed') }}
),

judged as (
    select
        variants.measure_id,
        variants.variant_id,
        cells.request_month as reporting_month,
        cells.region,
        cells.submission_key,
        cells.request_count,
        cells.within_target_count,
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
),

submissions as (
    select
        submission_key,
        provider
    from {{ ref('int_submissions_current') }}
),

final as (
    select
        judged.measure_id,
        judged.variant_id,
        judged.reporting_month,
        judged.region,
        submissions.provider,
        'measured' as basis,
        judged.submission_key as submission_keys,
        coalesce(
            sum(judged.within_target_count) filter (
                where judged.exclusion_reason is null and not judged.is_excepted
            ),
            0
        ) as met_count,
        coalesce(
            sum(judged.request_count) filter (
                where judged.exclusion_reason is null and not judged.is_excepted
            ),
            0
        ) as total_count,
        coalesce(
            sum(judged.request_count) filter (
                where judged.exclusion_reason is not null or judged.is_excepted
            ),
            0
        ) as excluded_count,
        coalesce(
            sum(judged.within_target_count) filter (where judged.exclusion_reason is null), 0
        ) as met_count_before_exceptions,
        coalesce(
            sum(judged.request_count) filter (where judged.exclusion_reason is null), 0
        ) as total_count_before_exceptions,
        0 as unseen_count
    from judged
    inner join submissions
        on judged.submission_key = submissions.submission_key
    group by
        judged.measure_id,
        judged.variant_id,
        judged.reporting_month,
        judged.region,
        submissions.provider,
        judged.submission_key
)

select * from final
