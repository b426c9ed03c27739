{# Stops a build with one clear line where nothing has been landed, instead of one failure per model. #}
{% macro require_landed_extracts() -%}
    {{ return(adapter.dispatch('require_landed_extracts')()) }}
{%- endmacro %}

{% macro default__require_landed_extracts() %}
    {% if execute and flags.WHICH in ('build', 'run', 'test', 'freshness') %}
        {% set pattern = var('lake_root') ~ '/*/*/*/*/_submission.json' %}
        {% set found = run_query("select count(*) from glob('" ~ pattern ~ "')") %}
        {% if found.columns[0].values()[0] == 0 %}
            {{ exceptions.raise_compiler_error(
                "no submissions under '" ~ var('lake_root') ~ "': land extracts first with `make land` (or `cpm land --help`)"
            ) }}
        {% endif %}
    {% endif %}
{% endmacro %}

{# Where no landing was, Spark itself says that there is no such path, when `make_lake_views` names it. #}
{% macro spark__require_landed_extracts() %}
    {% if execute and flags.WHICH in ('build', 'run', 'test', 'freshness') %}
        {% if run_query('select count(*) from lake.submissions').columns[0].values()[0] == 0 %}
            {{ exceptions.raise_compiler_error(
                "no submissions under '" ~ var('lake_root') ~ "': land extracts first with `make land` (or `cpm land --help`)"
            ) }}
        {% endif %}
    {% endif %}
{% endmacro %}
