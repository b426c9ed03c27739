{# An instant so many seconds later. #}
{% macro add_seconds(instant, seconds) -%}
    {{ return(adapter.dispatch('add_seconds')(instant, seconds)) }}
{%- endmacro %}

{% macro default__add_seconds(instant, seconds) -%}
    ({{ instant }} + to_seconds({{ seconds }}))
{%- endmacro %}

{% macro spark__add_seconds(instant, seconds) -%}
    timestampadd(second, {{ seconds }}, {{ instant }})
{%- endmacro %}
