{# The query for name, rows and checksum of the tables and views of the warehouse that a condition takes. #}
{% macro checksums_of(condition) %}
    {%- set listing = run_query('select cpm_listing_query(current_database())').columns[0].values()[0] -%}
    {{- return(run_query(
        'select cpm_checksum_query(cast(to_json(coalesce(list(listed), [])) as varchar)) from (' ~ listing ~ ') as listed where '
        ~ condition
    ).columns[0].values()[0]) -}}
{% endmacro %}
