{# True of the provider of an own list of codes: it tells of no event, so neither clock nor months go by it (COD-04). #}
{% macro is_own_list(provider) -%}
    coalesce({{ provider }} = 'own', false)
{%- endmacro %}
