{#
    Fails where the seed's file is not the one whose checksum was written beside it: whoever changes a row states that it was meant.
    The log says which checksum the file has now, and where to write it.
#}
{% test as_reviewed(model, checksum) %}
    {%- if execute -%}
        {%- set seeds = graph.nodes.values() | selectattr('resource_type', 'eq', 'seed') -%}
        {%- set seed = seeds | selectattr('name', 'eq', model.identifier) | first -%}
        {%- set found = seed.checksum.checksum[:8] -%}
        {%- if checksum and found != checksum -%}
            {%- do log(
                seed.original_file_path ~ ": error: not the file that was reviewed; is its diff meant? Write checksum: '"
                ~ found ~ "' in " ~ seed.patch_path.split('://')[1], info=true
            ) -%}
        {%- endif %}
        select '{{ found }}' as checksum_found
        where '{{ found }}' != '{{ checksum }}'
    {%- endif -%}
{% endtest %}
