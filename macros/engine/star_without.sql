{# All columns of a relation but one. #}
{% macro star_without(relation, column) -%}
    {{ return(adapter.dispatch('star_without')(relation, column)) }}
{%- endmacro %}

{% macro default__star_without(relation, column) -%}
    {{ relation }}.* exclude ({{ column }})
{%- endmacro %}

{% macro spark__star_without(relation, column) -%}
    {{ relation }}.* except ({{ column }})
{%- endmacro %}
