{#
    Makes a view of each source that something reads, on an engine that finds a source by its name only: its query stands beside it,
    `meta.spark_query`. DuckDB reads the place that the source names (`meta.external_location`), and has no view.
#}
{% macro make_lake_views() -%}
    {{ return(adapter.dispatch('make_lake_views')()) }}
{%- endmacro %}

{% macro default__make_lake_views() %}
{% endmacro %}

{% macro spark__make_lake_views() %}
    {% if execute and flags.WHICH in ('build', 'run', 'test', 'freshness') %}
        {% do run_query('create database if not exists lake') %}
        {% set read = graph.nodes.values() | map(attribute='depends_on.nodes', default=[]) | sum(start=[]) %}
        {% for source in graph.sources.values() if source.unique_id in read %}
            {% set query = source.meta.spark_query | replace('${identifier}', source.identifier) %}
            {% do run_query('create or replace view ' ~ source.schema ~ '.' ~ source.identifier ~ ' as ' ~ query) %}
        {% endfor %}
        {% do run_query('create or replace view lake.pseudonym_pads as ' ~ spark_pseudonym_pads()) %}
    {% endif %}
{% endmacro %}
