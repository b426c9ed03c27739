{#
    Identifies what a cube was made by. A change of it makes every submission new to the cube, so that no cube keeps figures of another
    rule. It is made of what the engine is given, not of files: the cube's SQL as it is compiled, macros and variables in it; the SQL of the
    views upstream, as the engine keeps it; the checksums of seeds upstream; what code lists upstream say; the SQL of cubes upstream; and
    the engine's version where its own hashes are stored. Example: another clock in `response_milliseconds` scans again, a Jinja comment in it does not.
#}
{% macro cube_definition_key() -%}
    {%- if execute and model.resource_type == 'model' and not is_cube_keyed_now() -%}
        {%- if 'cube_definition_key' not in model -%}
            {%- do model.update({'is_cube_keyed_now': true}) -%}
            {%- do model.update({'cube_definition_key': local_md5(cube_definition() | join('|'))}) -%}
            {%- do model.update({'is_cube_keyed_now': false}) -%}
        {%- endif -%}
        {{ model.cube_definition_key }}
    {%- endif -%}
{%- endmacro %}
