{#
    The date that an Alert belongs to: when it was raised; where that is missing, or after it was sent because the hub's
    clock was ahead, when it reached the gateway, or else the User. An Alert without any time stands on the first date
    of the month that it was sent for.
#}
{% macro alert_date(alerts, first_date) -%}
    coalesce(
        cast(
            {{
                to_local(
                    "coalesce(case when " ~ alerts ~ ".raised_at <= coalesce(" ~ alerts ~ ".sent_at, " ~ alerts
                    ~ ".raised_at) then " ~ alerts ~ ".raised_at end, " ~ alerts ~ ".gateway_at, " ~ alerts ~ ".sent_at)",
                    var('reporting_timezone')
                )
            }} as date
        ),
        {{ first_date }}
    )
{%- endmacro %}
