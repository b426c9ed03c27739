{# A text of few values, kept as its number where the engine can: it reads as text, is written four times as
   fast, and a value that the list does not have stops the build. #}
{% macro enumerated(text, accepted) -%}
    {{ return(adapter.dispatch('enumerated')(text, accepted)) }}
{%- endmacro %}

{% macro default__enumerated(text, accepted) -%}
    cast({{ text }} as enum('{{ accepted | join("', '") }}'))
{%- endmacro %}

{% macro spark__enumerated(text, accepted) -%}
    {{ text }}
{%- endmacro %}
