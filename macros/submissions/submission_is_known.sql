{#
    True of what counts as known: received by `as_known_at` and landed by `as_landed_at`, where they are given.
    The two differ where a provider's file was landed later than it was received: no publication in between knew it.
#}
{% macro submission_is_known(received_at='received_at', landed_at='landed_at') -%}
    {{ is_known(received_at) }}
    {%- if var('as_landed_at') %}
        and {{ landed_at }} <= {{ instant_of_variable('as_landed_at') }}
    {%- endif -%}
{%- endmacro %}
