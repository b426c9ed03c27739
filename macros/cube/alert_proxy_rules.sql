{# Rules of the seed `alert_proxy_rules` for each of which the cube of Service Requests counts what is within; a test holds them equal. #}
{% macro alert_proxy_rules() -%}
    {{ return(['standard', 'wan_share']) }}
{%- endmacro %}
