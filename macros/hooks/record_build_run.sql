{#
    Notes in the warehouse that an invocation began, and what it rests on (`cpm_begin_build`, from the plugin of profiles.yml, which also
    holds the lake and asks for the salt). `cpm publish` signs with it. A build over the same as the one before, such as `dbt retry`,
    completes that one: the results of its nodes stay, but for those that are built again. Whatever else writes begins anew.
#}
{% macro record_build_run() %}
    {% if execute and flags.WHICH in ('build', 'run', 'seed', 'test', 'snapshot') %}
        {% set given = [
            flags.PROJECT_DIR, var('lake_root'), tojson(invocation_args_dict.get('vars', {})), run_started_at.isoformat(), flags.WHICH
        ] %}
        {% set asked = [] %}
        {% for value in given %}
            {% do asked.append("'" ~ (value | string | replace("'", "''")) ~ "'") %}
        {% endfor %}
        {% do run_query(
            "create or replace table main.build_begun as select '" ~ invocation_id ~ "' as invocation_id, '"
            ~ flags.WHICH ~ (' --empty' if flags.EMPTY else '') ~ "' as command, cpm_begin_build(" ~ (asked | join(', ')) ~ ') as record'
        ) %}
        {% set error = run_query("select json_extract_string(record, '$.error') from main.build_begun").columns[0].values()[0] %}
        {% if error %}
            {{ exceptions.raise_compiler_error(error) }}
        {% endif %}
        {% do run_query('create table if not exists main.builds as from main.build_begun limit 0') %}
        {% do run_query('create table if not exists main.build_results (unique_id varchar, status varchar)') %}
        {% set continued = run_query("
            select count(*) from main.builds as earlier
            inner join main.build_begun as begun
                on json_extract_string(earlier.record, '$.rests_on') = json_extract_string(begun.record, '$.rests_on')
            where earlier.command = 'build' and begun.command = 'build'
        ").columns[0].values()[0] %}
        {% if continued %}
            delete from main.build_results where unique_id in ('{{ selected_resources | join("', '") }}');
        {% else %}
            delete from main.build_results;
            delete from main.builds;
        {% endif %}
        insert into main.builds from main.build_begun;
        drop table main.build_begun;
        drop table if exists main.build_checksums;
        drop table if exists main.pseudonym_salts;
        drop table if exists main.build_runs
    {% endif %}
{% endmacro %}
