{# Fails for every value that stands in no row of the column: a list that must be complete is. #}
{% test required_rows(model, column_name, values) %}
    with required as (
        {% for value in values %}
            select '{{ value }}' as required_value
            {% if not loop.last %}union all{% endif %}
        {% endfor %}
    )

    select required.required_value
    from required
    where not exists (
        select 1
        from {{ model }} as present
        where cast(present.{{ column_name }} as {{ dbt.type_string() }}) = required.required_value
    )
{% endtest %}
