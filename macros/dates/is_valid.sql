{#
    True of a dated row of a seed at a date or an instant: from the start of `valid_from` on, before that
    of `valid_to`. A row without `valid_to` still holds.
#}
{% macro is_valid(row, at) -%}
    {{ row }}.valid_from <= {{ at }} and {{ at }} < coalesce({{ row }}.valid_to, date '9999-12-31')
{%- endmacro %}
