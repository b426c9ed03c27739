-- Which requests does a result of CPM 7 or 8 rest on, where does each lie, and as what does it
-- count? A request that stands twice is at the first of its rows.
with

exceptions as (
    select
        measure_id,
        event_reference,
        window_started_at,
        window_ended_at
    from intermediate.int_allowed_exceptions
),

requests as (
    select
        judged.*,
        exists ( -- noqa: LT01,LT06
            select 1
            from exceptions
            where
                judged.measure_id = exceptions.measure_id
                and (
                    judged.request_id = exceptions.event_reference
                    or (
                        judged.received_at >= exceptions.window_started_at
                        and judged.received_at < exceptions.window_ended_at
                    )
                )
        ) as is_excepted
    from intermediate.int_smki_requests_judged as judged
    where
        ($measure_id is null or judged.measure_id = $measure_id)
        and ($reporting_month is null or judged.reporting_month = $reporting_month)
        and ($submission_key is null or judged.submission_key = $submission_key)
        and ($event_id is null or judged.request_id = $event_id)
),

placed as (
    select
        submission_key,
        request_id,
        request_kind,
        received_at,
        answered_at,
        arg_min(source_file, row(source_file, source_row)) as source_file,
        arg_min(source_row, row(source_file, source_row)) as source_row,
        coalesce(bool_or(source_file = $source_file and source_row = $source_row), false)
            as is_asked
    from staging.stg_smki__smki_requests
    where $submission_key is null or submission_key = $submission_key
    group by submission_key, request_id, request_kind, received_at, answered_at
),

counted as (
    select
        requests.*,
        placed.source_file,
        placed.source_row,
        requests.exclusion_reason is null and not requests.is_excepted as is_counted
    from requests
    inner join placed
        on
            requests.submission_key = placed.submission_key
            and requests.request_id = placed.request_id
            and requests.request_kind = placed.request_kind
            and requests.received_at = placed.received_at
            and requests.response_milliseconds is not distinct from date_sub(
                'millisecond', placed.received_at, placed.answered_at
            )
    where
        $source_row is null
        or placed.is_asked
)

select
    counted.measure_id,
    variants.variant_id,
    counted.reporting_month,
    'Unknown' as region,
    counted.provider,
    'measured' as basis,
    counted.request_id as event_id,
    counted.received_at as happened_at,
    case
        when counted.exclusion_reason is not null then counted.exclusion_reason
        when counted.is_excepted then 'allowed_exception'
        when counted.is_met then 'met'
        else 'missed'
    end as counted_as,
    counted.response_milliseconds as took_milliseconds,
    counted.target_milliseconds,
    cast(counted.is_counted and counted.is_met as bigint) as met_count,
    cast(counted.is_counted as bigint) as total_count,
    cast(not counted.is_counted as bigint) as excluded_count,
    counted.submission_key,
    counted.source_file,
    counted.source_row
from counted
inner join reference.measure_variants as variants
    on counted.measure_id = variants.measure_id
where
    ($variant_id is null or variants.variant_id = $variant_id)
    and (
        $scope_type is null
        or $scope_type = 'national'
        or ($scope_type = 'region' and $scope = 'Unknown')
        or ($scope_type = 'provider' and counted.provider = $scope)
    )
order by
    counted.submission_key,
    counted.source_file,
    counted.source_row,
    variants.variant_id
