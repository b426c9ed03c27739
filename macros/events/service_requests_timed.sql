{#
    The rule of CPM 1, 2 and the proxy for Alerts, over the rows of a staging model with all its columns. A response is timed from when its
    request was received, or executed where the clock of its mode starts then. Sent before execution, as a refusal is, it took no time; sent
    before the request was received, the clocks disagree and no time is known.
#}
{% macro service_requests_timed(staged) -%}
with

modes as (
    select
        mode,
        clock_starts_at
    from {{ ref('service_request_modes') }}
),

-- A Signed Pre-Command dated before its request leaves the clock where it is.
received as (
    select
        staged.*,
        coalesce(modes.clock_starts_at = 'execution', false) as runs_from_execution,
        greatest(staged.received_at, staged.signed_pre_command_received_at) as pre_command_at
    from {{ staged }} as staged
    left join modes
        on staged.mode = modes.mode
),

clocked as (
    select
        *,
        case when runs_from_execution then execute_at else received_at end as clock_started_at,
        case when runs_from_execution then execute_at else pre_command_at end
            as clock_started_from_pre_command_at
    from received
),

final as (
    select
        *,
        case
            when responded_at < received_at then null
            when responded_at < clock_started_at then 0
            else {{ milliseconds_between('clock_started_at', 'responded_at') }}
        end as response_milliseconds,
        case
            when responded_at < pre_command_at then null
            when responded_at < clock_started_from_pre_command_at then 0
            else {{ milliseconds_between('clock_started_from_pre_command_at', 'responded_at') }}
        end as response_milliseconds_from_pre_command,
        case
            when back_from_wan_at >= sent_to_wan_at
                then {{ milliseconds_between('sent_to_wan_at', 'back_from_wan_at') }}
        end as wan_milliseconds,
        responded_at is not null as is_responded,
        sent_to_wan_at is not null as is_sent_to_wan,
        cast({{ to_local('received_at', var('reporting_timezone')) }} as date) as request_date,
        {{ reporting_month_of('received_at') }} as request_month
    from clocked
)

select * from final
{%- endmacro %}
