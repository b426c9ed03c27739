{#
    True of a row at the instant `as_known_at`: known by then, and not withdrawn by then. With the var null
    all is known, so what was ever withdrawn does not hold. A date stands for its first instant, UTC.
#}
{% macro is_known(known_from, known_to='null') -%}
    {%- if var('as_known_at') -%}
        {%- set instant = instant_of_variable('as_known_at') -%}
        (
            cast({{ known_from }} as timestamp) <= {{ instant }}
            and coalesce(cast({{ known_to }} as timestamp) > {{ instant }}, true)
        )
    {%- else -%}
        {{ known_to }} is null
    {%- endif -%}
{%- endmacro %}
