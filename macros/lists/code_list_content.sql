{#
    What a code list says, as one text for the key of a cube: its codes, what they mean and when. Where a row is from, and who says so, make
    no figure. Of a list that was not built there is none, as when the project is only compiled.
#}
{% macro code_list_content(node) -%}
    {%- set list = code_lists()[node.name | replace('int_', '', 1)] -%}
    {%- set relation = adapter.get_relation(node.database, node.schema, node.alias) -%}
    {%- if relation -%}
        {%- set row = [] -%}
        {%- for column in [list.code] + list.attributes + ['valid_from', 'valid_to'] -%}
            {%- do row.append("coalesce(cast(" ~ column ~ " as " ~ dbt.type_string() ~ "), '')") -%}
        {%- endfor -%}
        {{ return(run_query(
            'select ' ~ sorted_texts("concat_ws('|', " ~ row | join(', ') ~ ')') ~ ' from ' ~ relation
        ).columns[0].values()[0] | string) }}
    {%- else -%}
        {{ return('') }}
    {%- endif -%}
{%- endmacro %}
