{# Fails for every row whose range [valid_from, valid_to) is empty or reaches into the next one of its partition. #}
{% test valid_ranges_do_not_overlap(model, partition_by) %}
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
    where valid_from >= valid_to
        or next_valid_from < coalesce(valid_to, date '9999-12-31')
{% endtest %}
