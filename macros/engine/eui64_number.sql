{#
    The number that an EUI-64 writes in hexadecimal: a third of the text's size to sort and join by. A text that is no
    EUI-64 gets the hash of itself, so that it still stands for one device.
#}
{% macro eui64_number(eui64) -%}
    {{ return(adapter.dispatch('eui64_number')(eui64)) }}
{%- endmacro %}

{% macro default__eui64_number(eui64) -%}
    coalesce(
        try_cast(concat('0x', replace({{ eui64 }}, '-', '')) as ubigint), hash({{ eui64 }})
    )
{%- endmacro %}

{% macro spark__eui64_number(eui64) -%}
    coalesce(
        cast(conv(replace({{ eui64 }}, '-', ''), 16, 10) as decimal(20, 0)),
        cast(xxhash64({{ eui64 }}) as decimal(20, 0))
    )
{%- endmacro %}
