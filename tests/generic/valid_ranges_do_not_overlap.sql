{#
    Fails for every row whose range [valid_from, valid_to) is empty or reaches into the next one of its partition, or of all. A range
    without valid_from began before all others.
#}
{% test valid_ranges_do_not_overlap(model, partition_by=[]) %}
    with ranges as (
        select
            {% for column in partition_by %}{{ column }}, {% endfor %}
            valid_from,
            valid_to,
            lead(valid_from) over (
                {% if partition_by %}partition by {{ partition_by | join(', ') }}{% endif %}
                order by valid_from nulls first
            ) as next_valid_from
        from {{ model }}
    )

    select *
    from ranges
    where valid_from >= valid_to
        or next_valid_from < coalesce(valid_to, date '9999-12-31')
{% endtest %}
