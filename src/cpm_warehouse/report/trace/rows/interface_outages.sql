-- Which outages does a result of CPM 6 rest on, and where is each in the lake? The result counts
-- minutes: all of the month, less the complete minutes of these windows. Windows may overlap, so
-- their minutes may not be added up.
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
)

select
    months.measure_id,
    months.variant_id,
    months.reporting_month,
    'Unknown' as region,
    months.provider,
    'measured' as basis,
    cast(null as varchar) as event_id,
    outages.outage_started_at as happened_at,
    case when outages.is_agreed_maintenance then 'agreed_maintenance' else 'downtime' end
        as counted_as,
    1000 * date_diff('second', outages.outage_started_at, outages.outage_ended_at)
        as took_milliseconds,
    cast(null as bigint) as target_milliseconds,
    cast(null as bigint) as met_count,
    cast(null as bigint) as total_count,
    cast(null as bigint) as excluded_count,
    outages.submission_key,
    outages.source_file,
    outages.source_row
from months
inner join intermediate.int_interface_outages as outages
    on
        months.ends_at > outages.outage_started_at
        and months.starts_at < outages.outage_ended_at
where
    ($measure_id is null or months.measure_id = $measure_id)
    and ($variant_id is null or months.variant_id = $variant_id)
    and ($reporting_month is null or months.reporting_month = $reporting_month)
    and ($submission_key is null or outages.submission_key = $submission_key)
    and ($source_file is null or outages.source_file = $source_file)
    and ($source_row is null or outages.source_row = $source_row)
    and $event_id is null
    and (
        $scope_type is null
        or $scope_type = 'national'
        or ($scope_type = 'region' and $scope = 'Unknown')
        or ($scope_type = 'provider' and months.provider = $scope)
    )
order by outages.submission_key, outages.source_file, outages.source_row
