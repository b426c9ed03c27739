{# SQL as it is compiled, without lines that are a comment. #}
{% macro compiled_for_key(code) -%}
    {{ return(modules.re.sub('(?m)^[ ]*--.*\n', '', render(code))) }}
{%- endmacro %}
