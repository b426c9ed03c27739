-- How far the sketch's percentiles are from exact ones, for each Service Reference Variant with enough events: both by nearest
-- rank, the exact ones from the sorted times of the Parquet rows, less those that the models say repeat another.
with requests as (
    select
        ServiceReferenceVariant as variant,
        case
            when RespondedAt < ReceivedAt then null
            when Mode not in ('FutureDated', 'DccScheduled') or Mode is null
                then epoch_ms(RespondedAt) - epoch_ms(ReceivedAt)
            when RespondedAt < ExecuteAt then 0
            else epoch_ms(RespondedAt) - epoch_ms(ExecuteAt)
        end as end_to_end,
        case when BackFromWanAt >= SentToWanAt then epoch_ms(BackFromWanAt) - epoch_ms(SentToWanAt) end as wan
    from read_parquet('$lake/service_requests/provider=*/*/*/*.parquet', filename = true, file_row_number = true)
    anti join cubes.cube_service_request_repeats as repeated
        on parse_filename(filename) = source_file and file_row_number = source_row
),

times as (
    select * from requests unpivot (milliseconds for latency_kind in (end_to_end, wan))
),

sorted as (
    select variant, latency_kind, count(*) as times, list_sort(list(milliseconds)) as milliseconds
    from times
    group by all
    having count(*) >= $least
),

percentiles as (
    select unnest([50, 95, 99]) as percentile
),

exact as (
    select
        variant, latency_kind, percentile, times,
        milliseconds[(times * percentile + 99) // 100] as exact_milliseconds
    from sorted, percentiles
),

merged as (
    select service_reference_variant as variant, latency_kind, latency_bucket, sum(request_count) as times
    from intermediate.int_service_request_latency_buckets
    group by all
),

buckets as (
    select
        variant, latency_kind, latency_bucket,
        sum(times) over (partition by variant, latency_kind order by latency_bucket) as count_to_here,
        sum(times) over (partition by variant, latency_kind) as times
    from merged
),

sketched as (
    select
        variant, latency_kind, percentile, any_value(times) as times,
        2 * pow(1.02, min(latency_bucket)) / 2.02 as sketched_milliseconds
    from buckets
    inner join percentiles on count_to_here * 100 >= times * percentile
    group by variant, latency_kind, percentile
)

select
    exact.latency_kind,
    exact.percentile,
    count(*) as variants,
    count(*) filter (where exact.times is distinct from sketched.times) as with_other_counts,
    max(abs(sketched_milliseconds - exact_milliseconds) / greatest(exact_milliseconds, 1)) as worst_error,
    count(*) filter (where abs(sketched_milliseconds - exact_milliseconds) > 0.01 * greatest(exact_milliseconds, 1)) as beyond_one_pct
from exact
left join sketched
    on
        exact.variant = sketched.variant
        and exact.latency_kind = sketched.latency_kind
        and exact.percentile = sketched.percentile
group by exact.latency_kind, exact.percentile
order by exact.latency_kind, exact.percentile
