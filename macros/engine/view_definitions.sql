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

{# Of a view alone its text: beside it Spark tells when the view was made, which is at every run. #}
{% macro spark__view_definitions(views) -%}
    {%- set definitions = [] -%}
    {%- for view in views -%}
        {%- for row in run_query('describe extended ' ~ view).rows if row[0] == 'View Text' -%}
            {%- do definitions.append(modules.re.sub('(?m)^[ ]*--.*\n', '', row[1])) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(definitions) }}
{%- endmacro %}
