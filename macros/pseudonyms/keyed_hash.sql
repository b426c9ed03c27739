{#
    The hash of a text under the secret salt (`CPM_PSEUDONYM_SALT`), whose pads stand in a table in memory that the build's plugin makes:
    no SQL, log, warehouse or documentation has the salt. `kind` keeps a device apart from a party of the same number.
#}
{% macro keyed_hash(kind, text) -%}
    {{ hmac_sha256(
        pseudonym_pad('inner_pad'),
        pseudonym_pad('outer_pad'),
        "concat('" ~ kind ~ "/', " ~ text ~ ')'
    ) }}
{%- endmacro %}
