{#
    A name that stands for a SEC Party, the same for all time under one salt. There are few SEC Parties, so a hash without a secret
    could be undone by trying them all. Real extracts are refused without a salt (`record_build_run`).
#}
{% macro pseudonym(party_id) -%}
    concat('P-', left({{ keyed_hash('party', party_id) }}, 10))
{%- endmacro %}
