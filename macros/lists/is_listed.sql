{# True of a row of a code list at a date or an instant: like `is_valid`, but a row without `valid_from` held ever before. #}
{% macro is_listed(row, at) -%}
    ({{ row }}.valid_from is null or {{ row }}.valid_from <= {{ at }})
    and ({{ row }}.valid_to is null or {{ at }} < {{ row }}.valid_to)
{%- endmacro %}
