{# The texts that a cube's key is made of. #}
{% macro cube_definition() -%}
    {%- set ancestors = model.depends_on.nodes | list -%}
    {#- A code list is known by what it says, whatever it was made of. -#}
    {%- set code_list_models = [] -%}
    {%- for list_name in code_lists() -%}
        {%- do code_list_models.append('int_' ~ list_name) -%}
    {%- endfor -%}
    {#- Jinja walks a list that grows under it to its new end. -#}
    {%- for node_id in ancestors if node_id in graph.nodes and graph.nodes[node_id].name not in code_list_models -%}
        {%- for parent_id in graph.nodes[node_id].depends_on.nodes | default([]) -%}
            {%- if parent_id not in ancestors -%}
                {%- do ancestors.append(parent_id) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set parts = [compiled_for_key(model.raw_code)] -%}
    {%- set views = [] -%}
    {%- for node_id in ancestors | sort -%}
        {%- set node = graph.nodes[node_id] | default(graph.sources[node_id], true) -%}
        {%- if node.resource_type == 'source' -%}
            {#- Spark has a view of it; elsewhere the views that read it say what it is. -#}
            {%- do views.append(api.Relation.create(database=node.database, schema=node.schema, identifier=node.identifier)) -%}
        {%- elif node.resource_type == 'seed' -%}
            {%- do parts.append(node.checksum.checksum) -%}
        {%- elif node.name in code_list_models -%}
            {%- do parts.append(code_list_content(node)) -%}
        {%- elif node.config.materialized == 'view' -%}
            {%- do views.append(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias)) -%}
        {%- elif node.config.materialized == 'incremental' -%}
            {#- Its references are names here: a model may only refer to what dbt found in its own file. -#}
            {%- do parts.append(compiled_for_key(modules.re.sub("ref[(]('[^']+')[)]", '\\1', node.raw_code))) -%}
        {%- else -%}
            {{ exceptions.raise_compiler_error(
                "the cube '" ~ model.name ~ "' rests on '" ~ node.name ~ "', a " ~ node.config.materialized
                ~ ": the cube's key sees the SQL of views, seeds, code lists and cubes only; make '" ~ node.name ~ "' a view"
            ) }}
        {%- endif -%}
    {%- endfor -%}
    {#- The lake's place makes no figure: what lies in it is known by its submissions. -#}
    {%- for definition in view_definitions(views) -%}
        {%- do parts.append(definition | replace(var('lake_root'), '')) -%}
    {%- endfor -%}
    {%- if modules.re.search('(?<![a-z0-9_])(hash|xxhash64)[(]', parts | join('|')) -%}
        {%- do parts.append(engine_version()) -%}
    {%- endif -%}
    {{ return(parts) }}
{%- endmacro %}
