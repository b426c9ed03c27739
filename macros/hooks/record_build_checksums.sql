{#
    Notes at the very end of a command what every table and view of the warehouse is, by a checksum (`cpm_checksum_query`, from
    `warehouses.py`): `cpm publish` and the next `cpm build` notice by it that something else wrote to the warehouse. Results keep the
    checksum of what they made, so that what was altered between two commands is noticed as well.
#}
{% macro record_build_checksums() -%}
    {{ return(adapter.dispatch('record_build_checksums')()) }}
{%- endmacro %}

{% macro default__record_build_checksums() %}
    {% if execute and flags.WHICH in ('build', 'run', 'seed', 'test', 'snapshot') %}
        {% do run_query('create or replace table main.build_checksums as ' ~ checksums_of("name <> 'build_results'")) %}
        {% do run_query("
            update main.build_results
            set checksum = checksums.checksum
            from main.build_nodes as nodes
            inner join main.build_checksums as checksums on nodes.relation = checksums.name
            where
                build_results.unique_id = nodes.unique_id
                and build_results.number = (select max(number) from main.build_commands)
        ") %}
        insert into main.build_checksums by name {{ checksums_of("name = 'build_results'") }}
    {% endif %}
{% endmacro %}

{# Files of a lake have no checksum of their rows; `cpm publish --from-spark` takes one of what it copies. #}
{% macro spark__record_build_checksums() %}
{% endmacro %}
