{# The salt of pseudonyms, read at run time (`keep_pseudonym_salt`). #}
{% macro pseudonym_salt() -%}
    (select salts.salt from main.pseudonym_salts as salts)
{%- endmacro %}
