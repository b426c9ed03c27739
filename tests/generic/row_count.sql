{# Fails where the model has another number of rows than stated: a row that goes or comes by accident shows. #}
{% test row_count(model, rows) %}
    select count(*) as rows_found
    from {{ model }}
    having count(*) != {{ rows }}
{% endtest %}
