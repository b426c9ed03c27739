-- Which windows does a result of CPM 6 rest on, and where does each lie? The result counts minutes:
-- all of the month, less the complete minutes of these, which may overlap and cannot be added up.
with

months as (
    select
        variants.measure_id,
        variants.variant_id,
        submissions.reporting_month,
        submissions.provider,
        cast(submissions.reporting_month as timestamp) as starts_at,
        cast(submissions.reporting_month as timestamp) + interval 1 month as ends_at
    from intermediate.int_submissions_current as submissions
    inner join reference.measure_variants as variants
        on variants.measure_id = 'CPM_6'
    where submissions.extract = 'self_service_interface_outages'
),

windows as (
    select
        outage_started_at as started_at,
        outage_ended_at as ended_at,
        case when is_agreed_maintenance then 'agreed_maintenance' else 'downtime' end as counted_as,
        submission_key,
        source_file,
        source_row
    from intermediate.int_interface_outages
    union all
    select
        exceptions.window_started_at as started_at,
        exceptions.window_ended_at as ended_at,
        'allowed_exception' as counted_as,
        staged.submission_key,
        staged.source_file,
        staged.source_row
    from intermediate.int_allowed_exceptions as exceptions
    inner join staging.stg_dcc__measure_exceptions as staged
        on exceptions.exception_id = staged.exception_id
    inner join intermediate.int_submissions_current as submissions
        on staged.submission_key = submissions.submission_key
    where
        exceptions.measure_id = 'CPM_6'
        and exceptions.window_started_at is not null
)

select
    months.measure_id,
    months.variant_id,
    months.reporting_month,
    'Unknown' as region,
    months.provider,
    'measured' as basis,
    cast(null as varchar) as event_id,
    windows.started_at as happened_at,
    windows.counted_as,
    1000 * date_diff('second', windows.started_at, windows.ended_at) as took_milliseconds,
    cast(null as bigint) as target_milliseconds,
    cast(null as bigint) as met_count,
    cast(null as bigint) as total_count,
    cast(null as bigint) as excluded_count,
    windows.submission_key,
    windows.source_file,
    windows.source_row
from months
inner join windows
    on
        months.ends_at > windows.started_at
        and months.starts_at < windows.ended_at
where
    ($measure_id is null or months.measure_id = $measure_id)
    and ($variant_id is null or months.variant_id = $variant_id)
    and ($reporting_month is null or months.reporting_month = $reporting_month)
    and ($submission_key is null or windows.submission_key = $submission_key)
    and ($source_file is null or windows.source_file = $source_file)
    and ($source_row is null or windows.source_row = $source_row)
    and $event_id is null
    and (
        $scope_type is null
        or $scope_type = 'national'
        or ($scope_type = 'region' and $scope = 'Unknown')
        or ($scope_type = 'provider' and months.provider = $scope)
    )
order by windows.submission_key, windows.source_file, windows.source_row
