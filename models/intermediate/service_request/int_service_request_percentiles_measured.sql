{#- MP122A annex: docs/measures/business_processes.md#formula; CUB-05, SRQ-08 -#}
{# Nearest rank: the percentile p of n times is the time of rank ceil(p * n / 100), in whole
   numbers; here the middle of the bucket that holds it. Cells with too few times have none. #}
{{ config(materialized='table') }}

with

latencies as (
    select *
    from {{ ref('cube_service_request_latencies') }}
),

submissions as (
    select submission_key
    from {{ ref('int_submissions_current') }}
),

grouped_cells as (
    select *
    from {{ ref('int_service_request_percentile_groups') }}
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

cell_buckets as (
    select
        grouped_cells.group_number,
        {{ explode_fields('latencies.buckets') }} -- noqa: AL03 (its columns are the fields)
    from latencies
    inner join submissions
        on latencies.submission_key = submissions.submission_key
    inner join grouped_cells
        on
            latencies.cell_hash = grouped_cells.cell_hash
            and latencies.is_over_wan = grouped_cells.is_over_wan
),

-- A span is 32 buckets in a row.
buckets as (
    select
        group_number,
        cast(floor(latency_bucket / 32.0) as integer) as latency_span,
        latency_bucket,
        request_count
    from cell_buckets
),

-- To order all buckets takes twice as long as to add them up by span, order the spans, and order
-- the buckets of those spans alone that hold a percentile.
spans as (
    select
        group_number,
        latency_span,
        sum(request_count) as count_in_span
    from buckets
    group by
        group_number,
        latency_span
),

ranked_spans as (
    select
        group_number,
        latency_span,
        (sum(count_in_span) over running) - count_in_span as count_before,
        sum(count_in_span) over running as count_to_here,
        sum(count_in_span) over whole as count_in_group
    from spans
    window
        whole as (partition by group_number),
        running as (
            partition by group_number
            order by latency_span
            rows unbounded preceding
        )
),

-- The percentile lies in the one span that the count of its rank is reached in.
percentile_spans as (
    select
        ranked_spans.group_number,
        ranked_spans.latency_span,
        ranked_spans.count_before,
        ranked_spans.count_in_group,
        percentiles.percentile
    from ranked_spans
    inner join percentiles
        on
            ranked_spans.count_before * 100
            < ranked_spans.count_in_group * percentiles.percentile
            and ranked_spans.count_to_here * 100
            >= ranked_spans.count_in_group * percentiles.percentile
),

-- Buckets that several cells share need not be added up: the last of them has the count of all.
ranked_buckets as (
    select
        percentile_spans.group_number,
        percentile_spans.percentile,
        percentile_spans.count_in_group,
        buckets.latency_bucket,
        percentile_spans.count_before + sum(buckets.request_count) over running as count_to_here
    from percentile_spans
    inner join buckets
        on
            percentile_spans.group_number = buckets.group_number
            and percentile_spans.latency_span = buckets.latency_span
    window
        running as (
            partition by
                percentile_spans.group_number,
                percentile_spans.percentile
            order by buckets.latency_bucket
            rows unbounded preceding
        )
),

first_buckets as (
    select
        group_number,
        percentile,
        count_in_group,
        min(latency_bucket) as latency_bucket
    from ranked_buckets
    where count_to_here * 100 >= count_in_group * percentile
    group by
        group_number,
        percentile,
        count_in_group
),

groups as (
    select distinct
        group_number,
        request_month,
        service_reference_variant,
        region,
        party_pseudonym,
        device_type,
        latency_kind
    from grouped_cells
),

final as (
    select
        groups.request_month,
        groups.service_reference_variant,
        groups.region,
        groups.party_pseudonym,
        groups.device_type,
        groups.latency_kind,
        first_buckets.percentile,
        {{ middle_of_latency_bucket('first_buckets.latency_bucket') }} as latency_milliseconds
    from first_buckets
    inner join groups
        on first_buckets.group_number = groups.group_number
    inner join limits
        on
            {{ is_valid('limits', 'groups.request_month') }}
            and first_buckets.count_in_group >= limits.minimum_count
)

select * from final
