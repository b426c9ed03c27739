{#
    Puts the salt of the environment where the models read it at run time: a table that is never published. Written into their SQL it
    would stand in the manifest, and so in the documentation that is handed out.
#}
{% macro keep_pseudonym_salt() %}
    {% if execute and flags.WHICH in ('build', 'run', 'test') %}
        {% set salt = env_var('CPM_PSEUDONYM_SALT', 'synthetic') | replace("'", "''") %}
        {% do run_query("create or replace table main.pseudonym_salts as select '" ~ salt ~ "' as salt") %}
    {% endif %}
{% endmacro %}
