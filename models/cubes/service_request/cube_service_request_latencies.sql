{#- MP122A annex: docs/measures/business_processes.md#formula; CUB-04, SRQ-08 -#}
{# A sketch of response times by month with party: counts of buckets, each 2% wider than the one
   before, which merge exactly. Both times of a request come from the one scan. Buckets are many,
   two for every three requests of a small month, so a cell is one row with a list of them, and
   bears a hash of its names. #}

with

new_submissions as (
    {{ scan_new_submissions('service_requests') }}
),

requests as (
    {{
        events_counted_once(
            'service_requests',
            ref('int_service_requests_timed'),
            ref('cube_service_request_repeats'),
            [
                'service_reference_variant',
                'mode',
                'party_id',
                'device_type',
                'region',
                'request_month',
                'response_milliseconds',
                'wan_milliseconds',
            ],
            'new_submissions'
        )
    }}
),

bucketed as (
    select
        submission_number,
        {{ request_cell_hash() }} as cell_hash,
        row_weight,
        {{ latency_bucket('response_milliseconds') }} as end_to_end_bucket,
        {{ latency_bucket('wan_milliseconds') }} as wan_bucket
    from requests
),

kinds as (
    select false as is_over_wan
    union all
    select true as is_over_wan
),

grouped as (
    select
        bucketed.submission_number,
        bucketed.cell_hash,
        kinds.is_over_wan,
        case
            when kinds.is_over_wan then bucketed.wan_bucket
            else bucketed.end_to_end_bucket
        end as latency_bucket,
        cast(sum(bucketed.row_weight) as bigint) as request_count
    from bucketed
    cross join kinds
    where
        case
            when kinds.is_over_wan then bucketed.wan_bucket
            else bucketed.end_to_end_bucket
        end is not null
    group by
        bucketed.submission_number,
        bucketed.cell_hash,
        kinds.is_over_wan,
        latency_bucket
    having sum(bucketed.row_weight) > 0
),

gathered as (
    select
        submission_number,
        cell_hash,
        is_over_wan,
        {{ gather_fields(['latency_bucket', 'request_count']) }} as buckets
    from grouped
    group by
        submission_number,
        cell_hash,
        is_over_wan
),

final as (
    {{ with_submission_keys('gathered', 'new_submissions') }}
)

select * from final
