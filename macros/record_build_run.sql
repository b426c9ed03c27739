{# Notes in the warehouse which invocation wrote to it last, from which lake: `cpm publish` compares it with the run's results. #}
{% macro record_build_run() %}
    {% if execute and flags.WHICH in ('build', 'run', 'seed', 'test', 'snapshot') %}
        {% set past = var('as_known_at') or var('as_landed_at') %}
        create or replace table main.build_runs as
        select
            '{{ invocation_id }}' as invocation_id,
            '{{ var("lake_root") }}' as lake_root,
            {{ "'" ~ past ~ "'" if past else 'cast(null as varchar)' }} as as_known_at
    {% endif %}
{% endmacro %}
