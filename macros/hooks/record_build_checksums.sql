{#
    Notes at the very end of a build what every table of the warehouse is, by a checksum (`cpm_checksum_query`, from
    `warehouses.py`): `cpm publish` and the next `cpm build` notice by it that something else wrote to the warehouse.
#}
{% macro record_build_checksums() %}
    {% if execute and flags.WHICH == 'build' %}
        {% set listing = run_query('select cpm_listing_query(current_database())').columns[0].values()[0] %}
        {% set query = run_query(
            'select cpm_checksum_query(cast(to_json(list(listed)) as varchar)) from (' ~ listing ~ ') as listed'
        ).columns[0].values()[0] %}
        create or replace table main.build_checksums as {{ query }}
    {% endif %}
{% endmacro %}
