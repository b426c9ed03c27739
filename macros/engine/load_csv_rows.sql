{#
    Fills the table of a seed from its file, by its name in the project: dbt-duckdb's own macro has the folder in which dbt parsed the
    project, so a copied project would read the seeds of the one that it was copied from, and a quote in the folder's name is an error.
#}
{% macro duckdb__load_csv_rows(model, agate_table) %}
    {% set sql %}
        copy {{ this.render() }} from '{{ model.original_file_path }}' (format csv, header true, delimiter '{{ config.get("delimiter", ",") }}')
    {% endset %}
    {% do adapter.add_query(sql, abridge_sql_log=True) %}
    {{ return(sql) }}
{% endmacro %}

{#
    The rows as literals, so that they reach a Spark that sees no file of the project. dbt-spark's own macro writes an empty cell as the
    text 'None', and leaves a quote within a text as it is.
#}
{% macro spark__load_csv_rows(model, agate_table) %}
    {% set types = model.config.column_types %}
    {% set columns = [] %}
    {% for name in agate_table.column_names %}
        {% do columns.append('cast(' ~ adapter.quote(name) ~ ' as ' ~ types.get(name, adapter.convert_type(agate_table, loop.index0)) ~ ')') %}
    {% endfor %}
    {% set rows = [] %}
    {% for row in agate_table.rows %}
        {% set cells = [] %}
        {% for cell in row %}
            {% do cells.append('null' if cell is none else "'" ~ (cell | string | replace('\\', '\\\\') | replace("'", "\\'")) ~ "'") %}
        {% endfor %}
        {% do rows.append('(' ~ cells | join(', ') ~ ')') %}
    {% endfor %}
    {% set names = agate_table.column_names | map('string') | join('`, `') %}
    {% set sql %}
        insert into {{ this.render() }}
        select {{ columns | join(', ') }} from (values {{ rows | join(', ') }}) as given (`{{ names }}`)
    {% endset %}
    {% if rows %}
        {% do adapter.add_query(sql, abridge_sql_log=True) %}
    {% endif %}
    {{ return(sql) }}
{% endmacro %}
