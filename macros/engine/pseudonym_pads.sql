{# The table, of one row and of this session only, that holds the two pads of the salt. #}
{% macro pseudonym_pads() -%}
    {{ return(adapter.dispatch('pseudonym_pads')()) }}
{%- endmacro %}

{% macro default__pseudonym_pads() -%}
    cpm_session.main.pseudonym_pads
{%- endmacro %}

{% macro spark__pseudonym_pads() -%}
    pseudonym_pads
{%- endmacro %}
