{#
    Stands for what a cell of the sketch counts: a month's requests of a variant, mode, party, device type and region. Requests are
    grouped by it, since seven texts a request cost more than all else; `int_service_request_cells_listed` gives the texts back.
#}
{% macro request_cell_hash(requests) -%}
    {%- set columns = ['request_month', 'service_reference_variant', 'mode', 'party_id', 'device_type', 'region'] -%}
    {%- set qualified = [] -%}
    {%- for column in columns -%}
        {%- do qualified.append(requests ~ '.' ~ column) -%}
    {%- endfor -%}
    {{ hash_of(qualified) }}
{%- endmacro %}
