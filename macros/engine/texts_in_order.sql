{# The texts of a group one after the other, by a position that no two of them share. #}
{% macro texts_in_order(text, position) -%}
    {{ return(adapter.dispatch('texts_in_order')(text, position)) }}
{%- endmacro %}

{% macro default__texts_in_order(text, position) -%}
    string_agg({{ text }}, '' order by {{ position }})
{%- endmacro %}

{% macro spark__texts_in_order(text, position) -%}
    array_join(array_sort(collect_list(struct({{ position }}, {{ text }} as text))).text, '')
{%- endmacro %}
