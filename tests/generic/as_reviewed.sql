{#
    Fails where the seed's file is not the one whose checksum was written beside it: whoever changes a row states that it was meant.
    `dbt ls --resource-type seed --select <seed> --output json --output-keys checksum` says what the file has now.
#}
{% test as_reviewed(model, checksum) %}
    {%- if execute -%}
        {%- set seeds = graph.nodes.values() | selectattr('resource_type', 'eq', 'seed') -%}
        {%- set seed = seeds | selectattr('name', 'eq', model.identifier) | first %}
        select '{{ seed.checksum.checksum[:8] }}' as checksum_found
        where '{{ seed.checksum.checksum[:8] }}' != '{{ checksum }}'
    {%- endif -%}
{% endtest %}
