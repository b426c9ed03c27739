{# The SQL of views as the engine keeps it, without comments, in the order of their names. #}
{% macro view_definitions(views) -%}
    {{ return(adapter.dispatch('view_definitions')(views)) }}
{%- endmacro %}

{% macro default__view_definitions(views) -%}
    {%- set names = [] -%}
    {%- for view in views -%}
        {%- do names.append("'" ~ view.schema ~ '.' ~ view.identifier ~ "'") -%}
    {%- endfor -%}
    {{ return(run_query(
        "select sql from duckdb_views() where database_name = current_database() and schema_name || '.' || view_name in ("
        ~ (names | join(', ') or 'null') ~ ') order by schema_name, view_name'
    ).columns[0].values()) }}
{%- endmacro %}

{% macro spark__view_definitions(views) -%}
    {%- set definitions = [] -%}
    {%- for view in views -%}
        {%- do definitions.append(run_query('show create table ' ~ view).columns[0].values()[0]) -%}
    {%- endfor -%}
    {{ return(definitions) }}
{%- endmacro %}
