{# The keys of a comma-separated text that another does not have, sorted; null where there are none. Null counts as no keys. #}
{% macro keys_without(keys, others) -%}
    {{ return(adapter.dispatch('keys_without')(keys, others)) }}
{%- endmacro %}

{% macro default__keys_without(keys, others) -%}
    nullif(
        array_to_string(
            list_sort(
                list_distinct(
                    list_filter(
                        string_split(coalesce({{ keys }}, ''), ','),
                        lambda key: not list_contains(string_split(coalesce({{ others }}, ''), ','), key)
                    )
                )
            ),
            ','
        ),
        ''
    )
{%- endmacro %}

{% macro spark__keys_without(keys, others) -%}
    nullif(
        array_join(
            array_sort(array_except(split(coalesce({{ keys }}, ''), ','), split(coalesce({{ others }}, ''), ','))),
            ','
        ),
        ''
    )
{%- endmacro %}
