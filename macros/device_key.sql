{#
    A pseudonym of a device: the same for all time under one salt. An EUI-64 has few enough values for an unsalted hash to be
    undone by trying them all. The salt is the environment's and stays out of the project and of what is published.
#}
{% macro device_key(device_number) -%}
    md5(concat({{ pseudonym_salt() }}, '/', cast({{ device_number }} as {{ dbt.type_string() }})))
{%- endmacro %}
