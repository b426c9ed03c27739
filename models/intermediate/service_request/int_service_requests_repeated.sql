{# Sent twice: the same originator, target, counter and instant; only rows whose instant and counter
   occur twice are compared. The first row stays; the others are listed, for the cubes to subtract.
   A submission without any has one row of nulls. #}
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

instants as (
    select {{ hash_of(['staged.received_at', 'staged.originator_counter']) }} as instant_hash
    from {{ ref('stg_dsp__service_requests') }} as staged
    where {{ is_in_new_files('service_requests') }}
),

suspected as (
    select instant_hash
    from instants
    group by instant_hash
    having count(*) > 1
),

suspected_requests as (
    select
        staged.*,
        {{ hash_of(['staged.received_at', 'staged.originator_counter']) }} as instant_hash
    from {{ ref('stg_dsp__service_requests') }} as staged
    where
        {{ is_in_new_files('service_requests') }}
        and instant_hash in (select suspected.instant_hash from suspected)
),

repeated as (
    select *
    from suspected_requests
    qualify
        row_number() over (
            partition by
                submission_key,
                originator_id,
                target_id,
                originator_counter,
                received_at
            order by source_file, source_row
        ) > 1
),

final as (
    select
        new_submissions.submission_key,
        new_submissions.scan_key,
        repeated.source_file,
        repeated.source_row,
        repeated.service_reference_variant,
        repeated.mode,
        repeated.party_id,
        repeated.device_type,
        repeated.region,
        repeated.response_code,
        repeated.received_at,
        repeated.execute_at,
        repeated.sent_to_wan_at,
        repeated.back_from_wan_at,
        repeated.responded_at
    from new_submissions
    left join repeated
        on new_submissions.submission_key = repeated.submission_key
)

select * from final
