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
