{# Nearest rank: the percentile p of n times is the time of rank ceil(p * n / 100), in whole numbers;
   here the middle of the bucket that holds it. Cells with too few times have none. #}
with

cells as (
    select *
    from {{ ref('int_service_request_latencies_scanned') }}
),

submissions as (
    select submission_key
    from {{ ref('int_submissions_current') }}
),

pooled_parties as (
    select distinct
        request_month,
        service_reference_variant,
        region,
        device_type,
        party_id,
        party_pseudonym
    from {{ ref('int_service_requests_small_cells_pooled') }}
),

regions as (
    select region
    from {{ ref('regions') }}
),

limits as (
    select *
    from {{ ref('small_cell_limits') }}
    where limit_id = 'percentiles'
),

percentiles as (
    select 50 as percentile
    union all
    select 95 as percentile
    union all
    select 99 as percentile
),

named as (
    select
        cells.request_month,
        coalesce(cells.service_reference_variant, 'unknown') as service_reference_variant,
        coalesce(regions.region, 'Unknown') as region,
        cells.party_id,
        coalesce(cells.device_type, 'Unknown') as device_type,
        cells.latency_kind,
        cells.latency_bucket,
        cells.request_count
    from cells
    inner join submissions
        on cells.submission_key = submissions.submission_key
    left join regions
        on cells.region = regions.region
),

buckets as (
    select
        named.request_month,
        named.service_reference_variant,
        named.region,
        pooled_parties.party_pseudonym,
        named.device_type,
        named.latency_kind,
        named.latency_bucket,
        sum(named.request_count) as request_count
    from named
    inner join pooled_parties
        on
            named.request_month = pooled_parties.request_month
            and named.service_reference_variant = pooled_parties.service_reference_variant
            and named.region = pooled_parties.region
            and named.device_type = pooled_parties.device_type
            and named.party_id is not distinct from pooled_parties.party_id
    group by
        named.request_month,
        named.service_reference_variant,
        named.region,
        pooled_parties.party_pseudonym,
        named.device_type,
        named.latency_kind,
        named.latency_bucket
    having sum(named.request_count) > 0
),

ranked as (
    select
        *,
        sum(request_count) over running as count_to_here,
        sum(request_count) over cell as count_in_cell
    from buckets
    window
        cell as (
            partition by
                request_month,
                service_reference_variant,
                region,
                party_pseudonym,
                device_type,
                latency_kind
        ),
        running as (
            partition by
                request_month,
                service_reference_variant,
                region,
                party_pseudonym,
                device_type,
                latency_kind
            order by latency_bucket
            rows unbounded preceding
        )
),

final as (
    select
        ranked.request_month,
        ranked.service_reference_variant,
        ranked.region,
        ranked.party_pseudonym,
        ranked.device_type,
        ranked.latency_kind,
        percentiles.percentile,
        {{ middle_of_latency_bucket('min(ranked.latency_bucket)') }} as latency_milliseconds
    from ranked
    inner join limits
        on
            ranked.request_month >= limits.valid_from
            and ranked.request_month < coalesce(limits.valid_to, date '9999-12-31')
            and ranked.count_in_cell >= limits.minimum_count
    inner join percentiles
        on ranked.count_to_here * 100 >= ranked.count_in_cell * percentiles.percentile
    group by
        ranked.request_month,
        ranked.service_reference_variant,
        ranked.region,
        ranked.party_pseudonym,
        ranked.device_type,
        ranked.latency_kind,
        percentiles.percentile
)

select * from final
