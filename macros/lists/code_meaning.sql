{# What a row of a code list says of its code, in one text: `party_kind: user; is_dcc_responsible: false`. What is null is left out. #}
{% macro code_meaning(list_name, row) -%}
    concat_ws(
        '; '
        {%- for attribute in code_lists()[list_name].attributes -%}
            , '{{ attribute }}: ' || cast({{ row }}.{{ attribute }} as {{ dbt.type_string() }})
        {%- endfor -%}
    )
{%- endmacro %}
