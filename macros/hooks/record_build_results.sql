{# Notes in the warehouse how each node of a build ended, and which files of the project changed meanwhile: `cpm publish` asks for both. #}
{% macro record_build_results(results) %}
    {% if execute and flags.WHICH == 'build' and results %}
        insert into main.build_results values
        {% for result in results %}
            ('{{ result.node.unique_id }}', '{{ result.status }}'){{ ';' if loop.last else ',' }}
        {% endfor %}
        update main.builds
        set record = json_merge_patch(
            record, cpm_end_build('{{ flags.PROJECT_DIR | replace("'", "''") }}', json_extract(record, '$.definitions'))
        )
        where invocation_id = '{{ invocation_id }}'
    {% endif %}
{% endmacro %}
