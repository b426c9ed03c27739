{#
    A name that stands for a SEC Party, the same for all time under one salt. There are few SEC Parties, so an unsalted hash
    could be undone by trying them all: the salt comes from the environment, and stays out of the project and of what is
    published. Real extracts are refused without one (`require_landed_extracts`).
#}
{% macro pseudonym(party_id) -%}
    concat('P-', left(md5(concat('{{ env_var("CPM_PSEUDONYM_SALT", "synthetic") }}', '/', {{ party_id }})), 10))
{%- endmacro %}
