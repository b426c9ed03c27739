{#
    HMAC with SHA-256 (RFC 2104) of a text, as 64 hexadecimal digits, by the two pads of its key: the key filled up to 64 bytes, each byte
    changed by 36 and by 5C (hexadecimal). Making the pads once leaves two hashes for a row.
#}
{% macro hmac_sha256(inner_pad, outer_pad, text) -%}
    {{ return(adapter.dispatch('hmac_sha256')(inner_pad, outer_pad, text)) }}
{%- endmacro %}

{% macro default__hmac_sha256(inner_pad, outer_pad, text) -%}
    sha256({{ outer_pad }} || unhex(sha256({{ inner_pad }} || encode({{ text }}))))
{%- endmacro %}

{% macro spark__hmac_sha256(inner_pad, outer_pad, text) -%}
    sha2(concat({{ outer_pad }}, unhex(sha2(concat({{ inner_pad }}, encode({{ text }}, 'UTF-8')), 256))), 256)
{%- endmacro %}
