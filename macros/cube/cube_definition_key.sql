{#
    Identifies what a cube was made by: its own SQL, the files of the models and seeds that it rests on, however far up, and
    the zone in which its days and months begin. A change of any of them makes every submission new to the cube. A change of a
    macro does not: build with --full-refresh after one.
#}
{% macro cube_definition_key() -%}
    {%- set parts = [model.raw_code, var('reporting_timezone')] -%}
    {%- if execute -%}
        {%- set ancestors = model.depends_on.nodes | select('in', graph.nodes) | list -%}
        {#- Jinja walks a list that grows under it to its new end. -#}
        {%- for node_id in ancestors -%}
            {%- for parent_id in graph.nodes[node_id].depends_on.nodes | default([]) -%}
                {%- if parent_id in graph.nodes and parent_id not in ancestors -%}
                    {%- do ancestors.append(parent_id) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- for node_id in ancestors | sort -%}
            {%- do parts.append(graph.nodes[node_id].checksum.checksum) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ local_md5(parts | join('|')) }}
{%- endmacro %}
