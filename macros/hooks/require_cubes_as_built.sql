{#
    Stops a command that would go on from a cube that something else wrote to: an incremental model keeps the rows that are there.
    Everything else is made anew, or noticed by `cpm publish`.
#}
{% macro require_cubes_as_built() -%}
    {{ return(adapter.dispatch('require_cubes_as_built')()) }}
{%- endmacro %}

{% macro default__require_cubes_as_built() %}
    {% if execute and flags.WHICH in ('build', 'run') and not flags.FULL_REFRESH %}
        {% set noted = run_query("
            select count(*) from duckdb_columns()
            where database_name = current_database() and table_name = 'build_results' and column_name = 'checksum'
        ").columns[0].values()[0] %}
        {% if noted %}
            {% set cubes = run_query("
                select nodes.relation, results.checksum
                from main.build_nodes as nodes
                inner join main.build_results as results using (unique_id)
                where nodes.is_incremental and results.checksum is not null
            ") %}
            {% set query = checksums_of("\"schema\" || '.' || name in ('" ~ (cubes.columns[0].values() | join("', '")) ~ "')") %}
            {% set found = {} %}
            {% for row in run_query(query).rows if query %}
                {% do found.update({row[0]: row[2]}) %}
            {% endfor %}
            {% for cube in cubes.rows if found.get(cube[0], cube[1]) != cube[1] %}
                {{ exceptions.raise_compiler_error(
                    cube[0] ~ ' is not as it was built; something else wrote to it: run this with --full-refresh'
                ) }}
            {% endfor %}
        {% endif %}
    {% endif %}
{% endmacro %}

{# A cube that something else wrote to is not noticed there. #}
{% macro spark__require_cubes_as_built() %}
{% endmacro %}
