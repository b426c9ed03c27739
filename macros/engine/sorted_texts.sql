{# The different texts of a group, sorted, in one text; null where there are none. #}
{% macro sorted_texts(text, separator=',') -%}
    {{ return(adapter.dispatch('sorted_texts')(text, separator)) }}
{%- endmacro %}

{% macro default__sorted_texts(text, separator) -%}
    string_agg(distinct {{ text }}, '{{ separator }}' order by {{ text }})
{%- endmacro %}

{% macro spark__sorted_texts(text, separator) -%}
    case when count({{ text }}) > 0 then array_join(array_sort(collect_set({{ text }})), '{{ separator }}') end
{%- endmacro %}
