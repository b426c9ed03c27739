{#
    How long a Service Response took: from receipt, or from execution where the mode's clock starts then. Sent before execution, as
    a refusal is, it took no time; sent before the request was received, the clocks disagree and no time is known. Receipt is that
    of the request, or what `received_at` says instead.
#}
{% macro response_milliseconds(requests, clock_starts_at, received_at=none) -%}
    {%- set received_at = received_at or requests ~ '.received_at' -%}
    case
        when {{ requests }}.responded_at < {{ received_at }} then null
        when {{ clock_starts_at }} != 'execution' or {{ clock_starts_at }} is null
            then {{ milliseconds_between(received_at, requests ~ '.responded_at') }}
        when {{ requests }}.responded_at < {{ requests }}.execute_at then 0
        else {{ milliseconds_between(requests ~ '.execute_at', requests ~ '.responded_at') }}
    end
{%- endmacro %}
