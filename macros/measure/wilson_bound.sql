{# The lower ('-') or upper ('+') end of Wilson's score interval for a share of so many events; null where there are none. #}
{% macro wilson_bound(share, event_count, z_score, sign) -%}
    {%- set events = 'nullif(' ~ event_count ~ ', 0)' -%}
    (
        {{ share }} + {{ z_score }} * {{ z_score }} / (2 * {{ events }})
        {{ sign }} {{ z_score }} * sqrt(
            greatest({{ share }} * (1 - {{ share }}), 0) / {{ events }}
            + {{ z_score }} * {{ z_score }} / (4 * cast({{ events }} as double) * {{ events }})
        )
    ) / (1 + {{ z_score }} * {{ z_score }} / {{ events }})
{%- endmacro %}
