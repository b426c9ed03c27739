{# One list of structs for each group, one field for each column; `explode_fields` gives the rows back, in any order. #}
{% macro gather_fields(columns) -%}
    {{ return(adapter.dispatch('gather_fields')(columns)) }}
{%- endmacro %}

{% macro default__gather_fields(columns) -%}
    {%- set fields = [] -%}
    {%- for column in columns %}{% do fields.append(column ~ ' := ' ~ column) %}{% endfor -%}
    list(struct_pack({{ fields | join(', ') }}))
{%- endmacro %}

{% macro spark__gather_fields(columns) -%}
    {%- set fields = [] -%}
    {%- for column in columns %}{% do fields.append("'" ~ column ~ "', " ~ column) %}{% endfor -%}
    collect_list(named_struct({{ fields | join(', ') }}))
{%- endmacro %}
