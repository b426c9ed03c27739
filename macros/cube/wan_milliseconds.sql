{# Round trip of a Service Request in the SM WAN; null where it is not known, as where it came back before it was sent. #}
{% macro wan_milliseconds(requests) -%}
    case
        when {{ requests }}.back_from_wan_at >= {{ requests }}.sent_to_wan_at
            then {{ milliseconds_between(requests ~ '.sent_to_wan_at', requests ~ '.back_from_wan_at') }}
    end
{%- endmacro %}
