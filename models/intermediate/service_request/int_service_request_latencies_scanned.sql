{# A sketch of response times by month with party: counts of buckets, each 2% wider than the one
   before, which merge exactly. Both times of a request come from the one scan. Buckets are many,
   two for every three requests of a small month, so a cell is one row with a list of them, and
   bears a hash of its names. #}
{{
    config(
        materialized='incremental',
        unique_key='submission_key',
        incremental_strategy='delete+insert',
        on_schema_change='sync_all_columns'
    )
}}

with

new_submissions as (
    {{ scan_new_submissions('service_requests') }}
),

modes as (
    select
        mode,
        clock_starts_at
    from {{ ref('service_request_modes') }}
),

requests as (
    {{
        events_counted_once(
            'service_requests',
            ref('stg_dsp__service_requests'),
            ref('int_service_requests_repeated'),
            [
                'service_reference_variant',
                'mode',
                'party_id',
                'device_type',
                'region',
                'received_at',
                'execute_at',
                'sent_to_wan_at',
                'back_from_wan_at',
                'responded_at',
            ]
        )
    }}
),

timed as (
    select
        requests.submission_number,
        {{ reporting_month_of('requests.received_at') }} as request_month,
        requests.service_reference_variant,
        requests.mode,
        requests.party_id,
        requests.device_type,
        requests.region,
        requests.row_weight,
        {{ response_milliseconds('requests', 'modes.clock_starts_at') }} as response_milliseconds,
        {{ wan_milliseconds('requests') }} as wan_milliseconds
    from requests
    left join modes
        on requests.mode = modes.mode
),

bucketed as (
    select
        submission_number,
        {{ request_cell_hash() }} as cell_hash,
        row_weight,
        {{ latency_bucket('response_milliseconds') }} as end_to_end_bucket,
        {{ latency_bucket('wan_milliseconds') }} as wan_bucket
    from timed
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
    {{ with_submission_keys('gathered') }}
)

select * from final
