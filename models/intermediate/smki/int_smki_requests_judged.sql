{#- CPM 7, 8: docs/measures/cpm_7_8.md#formula; SMK-01, SMK-03 -#}
{# A request belongs to the month in which it was received; one without an answer is not met. An
   answer dated before its request tells no time: the request is excluded. #}
with

staged as (
    select *
    from {{ ref('stg_smki__smki_requests') }}
),

kinds as (
    select *
    from {{ ref('smki_request_kinds') }}
),

targets as (
    select *
    from {{ ref('smki_target_response_times') }}
),

-- A row that stands twice counts once.
received as (
    select distinct
        staged.submission_key,
        staged.provider,
        staged.request_id,
        staged.request_kind,
        staged.received_at,
        staged.answered_at,
        {{ reporting_month_of('staged.received_at') }} as reporting_month,
        {{ milliseconds_between('staged.received_at', 'staged.answered_at') }}
            as response_milliseconds
    from staged
    {{ current_submissions_only('smki_requests', 'staged', 'submissions') }}
),

final as (
    select
        kinds.measure_id,
        received.reporting_month,
        received.request_id,
        received.request_kind,
        received.provider,
        received.submission_key,
        received.received_at,
        received.response_milliseconds,
        targets.target_milliseconds,
        case
            when received.answered_at < received.received_at then 'answered_before_received'
        end as exclusion_reason,
        coalesce(received.response_milliseconds <= targets.target_milliseconds, false) as is_met
    from received
    inner join kinds
        on received.request_kind = kinds.request_kind
    inner join targets
        on
            received.request_kind = targets.request_kind
            and {{ is_valid('targets', 'received.reporting_month') }}
)

select * from final
