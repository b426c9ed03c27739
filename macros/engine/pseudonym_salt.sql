{#
    The salt, where a view can ask for it each time that it is read: from the environment of Spark itself, so that no SQL, log, plan or
    metastore has it. Without one (Java says 'null') it is the sample's, as in `pseudonyms.py`. An
    engine that keeps secrets gives it by a form of its own.
#}
{% macro pseudonym_salt() -%}
    {{ return(adapter.dispatch('pseudonym_salt')()) }}
{%- endmacro %}

{% macro default__pseudonym_salt() -%}
    {{ exceptions.raise_compiler_error('the plugin has the salt in memory, and no SQL asks for it here') }}
{%- endmacro %}

{% macro spark__pseudonym_salt() -%}
    coalesce(nullif(nullif(reflect('java.lang.System', 'getenv', 'CPM_PSEUDONYM_SALT'), 'null'), ''), 'synthetic')
{%- endmacro %}
