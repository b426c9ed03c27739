{# True of a submission that is an own list of codes: it tells of no event, so neither clock nor months go by it (COD-04). #}
{% macro is_own_list(submission) -%}
    coalesce({{ submission }}.provider = 'own', false)
{%- endmacro %}
