{# One of the two pads of the salt, from a table of one row that is of this session only; on Spark a view that has no secret in its text. #}
{% macro pseudonym_pad(pad) -%}
    {{ return(adapter.dispatch('pseudonym_pad')(pad)) }}
{%- endmacro %}

{% macro default__pseudonym_pad(pad) -%}
    (select pads.{{ pad }} from cpm_session.main.pseudonym_pads as pads)
{%- endmacro %}

{% macro spark__pseudonym_pad(pad) -%}
    (select pads.{{ pad }} from lake.pseudonym_pads as pads)
{%- endmacro %}
