{#
    Stands for what a cell of the sketch counts: a month's requests of a variant, mode, party, device type and region. Requests are
    grouped by it, since six names a request cost more than all else; `int_service_request_latency_cells` gives the names back.
#}
{% macro request_cell_hash() -%}
    {{ hash_of(['request_month', 'service_reference_variant', 'mode', 'party_id', 'device_type', 'region']) }}
{%- endmacro %}
