{#
    Notes in the warehouse how each node that a command ran ended, with the code that the node then had, and which files of the project
    changed meanwhile: `cpm publish` asks for all of it.
#}
{% macro record_build_results(results) -%}
    {{ return(adapter.dispatch('record_build_results')(results)) }}
{%- endmacro %}

{% macro default__record_build_results(results) %}
    {% if execute and flags.WHICH in ('build', 'run', 'seed', 'test', 'snapshot') and results %}
        {# One that is made by hand has no such comment. #}
        {% for result in results if result.status == 'success' and result.node.config.materialized == 'view' %}
            comment on view {{ result.node.relation_name }} is 'by dbt, invocation {{ invocation_id }}';
        {% endfor %}
        create or replace table main.build_ended as
        from (values
            {% for result in results %}
                ('{{ result.node.unique_id }}', '{{ result.status }}'){{ '' if loop.last else ',' }}
            {% endfor %}
        ) as ended (unique_id, status);
        delete from main.build_results where unique_id in (select unique_id from main.build_ended);
        insert into main.build_results by name
        select unique_id, status, (select max(number) from main.build_commands) as number, nodes.code
        from main.build_ended
        inner join main.build_nodes as nodes using (unique_id);
        drop table main.build_ended;
        update main.build_commands
        set record = json_merge_patch(
            record, cpm_end_build('{{ flags.PROJECT_DIR | replace("'", "''") }}', json_extract(record, '$.definitions'))
        )
        where invocation_id = '{{ invocation_id }}'
    {% endif %}
{% endmacro %}

{# dbt's own `run_results.json` says it. #}
{% macro spark__record_build_results(results) %}
{% endmacro %}
