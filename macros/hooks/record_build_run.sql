{#
    Notes in the warehouse that a command began, what it rests on (`cpm_begin_build`, from the plugin of profiles.yml, which also
    holds the lake and asks for the salt) and what the nodes of the project are now (`cpm_nodes`). Results of other commands stay,
    each with the code that it was made with: `cpm publish` asks whether all of them stand together.
#}
{% macro record_build_run() -%}
    {{ return(adapter.dispatch('record_build_run')()) }}
{%- endmacro %}

{% macro default__record_build_run() %}
    {% if execute and flags.WHICH in ('build', 'run', 'seed', 'test', 'snapshot') %}
        {% set given = [
            flags.PROJECT_DIR, var('lake_root'), tojson(invocation_args_dict.get('vars', {})), run_started_at.isoformat()
        ] %}
        {% set asked = [] %}
        {% for value in given %}
            {% do asked.append("'" ~ (value | string | replace("'", "''")) ~ "'") %}
        {% endfor %}
        {% do run_query('create or replace table main.build_begun as select cpm_begin_build(' ~ (asked | join(', ')) ~ ') as record') %}
        {% set error = run_query("select json_extract_string(record, '$.error') from main.build_begun").columns[0].values()[0] %}
        {% if error %}
            {{ exceptions.raise_compiler_error(error) }}
        {% endif %}
        {% do run_query("
            create or replace table main.build_nodes as
            select unnest(from_json(cpm_nodes(" ~ asked[0] ~ ", json_extract(record, '$.definitions')), '[{
                \"unique_id\": \"varchar\", \"name\": \"varchar\", \"resource_type\": \"varchar\", \"is_wanted\": \"boolean\",
                \"is_incremental\": \"boolean\", \"reads_history\": \"boolean\", \"code\": \"varchar\", \"parents\": [\"varchar\"],
                \"relation\": \"varchar\", \"about\": \"varchar\"
            }]'), recursive := true)
            from main.build_begun
        ") %}
        {# What only a part of the rows went into. #}
        {% set apart = [] %}
        {% for name in ('empty', 'sample', 'defer') if invocation_args_dict.get(name) %}
            {% do apart.append(' --' ~ name) %}
        {% endfor %}
        {# Of a warehouse that an earlier version of the project built. #}
        drop table if exists main.builds;
        drop table if exists main.build_runs;
        drop table if exists main.pseudonym_salts;
        create table if not exists main.build_commands (number integer, invocation_id varchar, command varchar, record varchar);
        create table if not exists main.build_results (unique_id varchar, status varchar);
        alter table main.build_results add column if not exists number integer;
        alter table main.build_results add column if not exists code varchar;
        alter table main.build_results add column if not exists checksum varchar;
        delete from main.build_results
        where
            unique_id in ('{{ selected_resources | join("', '") }}')
            or unique_id not in (select unique_id from main.build_nodes)
            or number is null;
        delete from main.build_commands where number not in (select number from main.build_results);
        insert into main.build_commands
        select
            (select coalesce(max(number), 0) + 1 from main.build_commands), '{{ invocation_id }}',
            '{{ flags.WHICH }}{{ apart | join }}', record
        from main.build_begun;
        drop table main.build_begun;
        drop table if exists main.build_checksums
    {% endif %}
{% endmacro %}

{# Only asks for the salt: dbt's own `run_results.json` says the rest to `cpm publish --from-spark`. #}
{% macro spark__record_build_run() %}
    {% if execute and flags.WHICH in ('build', 'run') %}
        {% set real = run_query('select min(submission_key) from lake.submissions where accepted_rows > 0 and not is_synthetic') %}
        {% set real_submission = real.columns[0].values()[0] %}
        {% if real_submission and run_query('select length(' ~ pseudonym_salt() ~ ')').columns[0].values()[0] < 32 %}
            {{ exceptions.raise_compiler_error(
                "'" ~ real_submission ~ "' is real: set CPM_PSEUDONYM_SALT to a secret of 32 characters or more, where Spark runs"
            ) }}
        {% endif %}
    {% endif %}
{% endmacro %}
