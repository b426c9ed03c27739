{# The lower ('-') or upper ('+') end of Wilson's score interval for a share of so many events. #}
{% macro wilson_bound(share, event_count, z_score, sign) -%}
    (
        {{ share }} + {{ z_score }} * {{ z_score }} / (2 * {{ event_count }})
        {{ sign }} {{ z_score }} * sqrt(
            greatest({{ share }} * (1 - {{ share }}), 0) / {{ event_count }}
            + {{ z_score }} * {{ z_score }} / (4 * cast({{ event_count }} as double) * {{ event_count }})
        )
    ) / (1 + {{ z_score }} * {{ z_score }} / {{ event_count }})
{%- endmacro %}
