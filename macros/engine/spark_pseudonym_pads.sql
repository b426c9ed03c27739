{# The query of the two pads of the salt on Spark, as `key_pads` of `pseudonyms.py` makes them: 64 bytes, each changed by 36 and by 5C (hexadecimal). #}
{% macro spark_pseudonym_pads() -%}
    {%- set pads = [] -%}
    {%- for name, change in [('inner_pad', 54), ('outer_pad', 92)] -%}
        {%- do pads.append(
            "unhex(array_join(transform(sequence(1, 64), at -> lpad(hex(cast(conv(substr(digits, 2 * at - 1, 2), 16, 10) as int) ^ "
            ~ change ~ "), 2, '0')), '')) as " ~ name
        ) -%}
    {%- endfor -%}
    select {{ pads | join(', ') }}
    from (
        select rpad(case when length(digits) > 128 then upper(sha2(unhex(digits), 256)) else digits end, 128, '0') as digits
        from (select hex(encode({{ pseudonym_salt() }}, 'UTF-8')) as digits) as given
    ) as filled
{%- endmacro %}
