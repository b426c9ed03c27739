{# Stops a build over extracts that are not synthetic and name SEC Parties, where no salt for their pseudonyms is set. #}
{% macro require_pseudonym_salt() %}
    {% if execute and flags.WHICH in ('build', 'run') and not env_var('CPM_PSEUDONYM_SALT', '') %}
        {% set found = run_query(
            "select min(submission_key) from read_json('" ~ var('lake_root') ~ "/*/*/*/*/_submission.json', union_by_name = true)"
            ~ " where extract in ('service_requests', 'alerts') and accepted_rows > 0 and not is_synthetic"
        ) %}
        {% set real_submission = found.columns[0].values()[0] %}
        {% if real_submission %}
            {{ exceptions.raise_compiler_error(
                "'" ~ real_submission ~ "' names real SEC Parties: set CPM_PSEUDONYM_SALT to a secret, the same for every build"
            ) }}
        {% endif %}
    {% endif %}
{% endmacro %}
