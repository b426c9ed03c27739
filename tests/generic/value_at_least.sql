{# Fails for every value below the minimum. #}
{% test value_at_least(model, column_name, minimum) %}
    select *
    from {{ model }}
    where {{ column_name }} < {{ minimum }}
{% endtest %}
