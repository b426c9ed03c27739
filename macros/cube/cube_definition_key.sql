{#
    Identifies what a cube was made by: its own SQL, the files of the models and seeds that it reads, and the zone
    in which its days and months begin. A change of any of them makes every submission new to the cube. A change of a
    macro does not: build with --full-refresh after one.
#}
{% macro cube_definition_key() -%}
    {%- set parts = [model.raw_code, var('reporting_timezone')] -%}
    {%- if execute -%}
        {%- for node_id in model.depends_on.nodes | select('in', graph.nodes) | sort -%}
            {%- do parts.append(graph.nodes[node_id].checksum.checksum) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ local_md5(parts | join('|')) }}
{%- endmacro %}
