{# Fails for every row that ends before the next one of its partition begins, and where the last one ends. #}
{% test valid_ranges_have_no_gap(model, partition_by) %}
    with ranges as (
        select
            {{ partition_by | join(', ') }},
            valid_from,
            valid_to,
            lead(valid_from) over (
                partition by {{ partition_by | join(', ') }}
                order by valid_from
            ) as next_valid_from
        from {{ model }}
    )

    select *
    from ranges
    where valid_to < coalesce(next_valid_from, date '9999-12-31')
{% endtest %}
