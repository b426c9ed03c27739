{#- Own code lists: docs/guides/give_your_own_code_lists.md; COD-01, COD-03 -#}
with

{% for list_name, list in code_lists().items() %}
    {{ list_name }} as (
        select
            '{{ list_name }}' as list_name,
            {{ list.code }} as code,
            meaning,
            project_meaning,
            origin,
            provenance,
            source,
            is_synthetic,
            valid_from,
            valid_to
        from {{ ref('int_' ~ list_name) }}
    ),

{% endfor %}
final as (
    {% for list_name in code_lists() %}
        select * from {{ list_name }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
