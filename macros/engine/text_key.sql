{# A 64-bit number for a text, to join and sort by within a build: of a thousand texts two share one once in 10^13. #}
{% macro text_key(text) -%}
    {{ return(adapter.dispatch('text_key')(text)) }}
{%- endmacro %}

{% macro default__text_key(text) -%}
    hash({{ text }})
{%- endmacro %}

{% macro spark__text_key(text) -%}
    xxhash64({{ text }})
{%- endmacro %}
