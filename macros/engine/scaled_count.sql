{#
    A whole times the share `part` of `total`, in whole numbers and half up, so that no fraction is formed: 61 at 7 of 14 is 30.5,
    so 31, where a double has 30.499999999999996. The product has more digits than 64 bits: four billion times four billion.
#}
{% macro scaled_count(whole, part, total) -%}
    {{ return(adapter.dispatch('scaled_count')(whole, part, total)) }}
{%- endmacro %}

{% macro default__scaled_count(whole, part, total) -%}
    ((2 * cast({{ whole }} as hugeint) * {{ part }} + {{ total }}) // (2 * {{ total }}))
{%- endmacro %}

{% macro spark__scaled_count(whole, part, total) -%}
    ((2 * cast({{ whole }} as decimal(19, 0)) * cast({{ part }} as decimal(18, 0)) + {{ total }}) div (2 * {{ total }}))
{%- endmacro %}
