{#
    A pseudonym of a device: the same for all time under one salt. An EUI-64 has few enough values for a hash without a secret to be
    undone by trying them all. 32 hexadecimal digits: no two of a billion devices share one.
#}
{% macro device_key(device_number) -%}
    left({{ keyed_hash('device', 'cast(' ~ device_number ~ ' as ' ~ dbt.type_string() ~ ')') }}, 32)
{%- endmacro %}
