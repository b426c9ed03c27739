{# Stops `dbt source freshness` with one clear line where nothing was built that could be late. #}
{% macro require_due_dates() -%}
    {{ return(adapter.dispatch('require_due_dates')()) }}
{%- endmacro %}

{% macro default__require_due_dates() %}
    {% if execute and flags.WHICH == 'freshness' %}
        {% set found = run_query("
            select count(*) from duckdb_views()
            where database_name = current_database() and view_name = 'int_submission_due_dates'
        ").columns[0].values()[0] %}
        {% if not found %}
            {{ exceptions.raise_compiler_error(
                "nothing is built here yet, and the day on which each extract is due is read in the warehouse: run `dbt build` first"
            ) }}
        {% endif %}
    {% endif %}
{% endmacro %}

{# dbt itself says that there is no such view. #}
{% macro spark__require_due_dates() %}
{% endmacro %}
