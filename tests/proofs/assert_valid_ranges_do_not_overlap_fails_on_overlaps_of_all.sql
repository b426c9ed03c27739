-- Without a partition no range may reach into another, whatever else its row says.
{% set given %}
    (
        select *
        from (
            values
            ('assumed', date '2021-01-01', date '2021-02-02'),
            ('sourced', date '2021-02-01', null)
        ) as rows_given (provenance, valid_from, valid_to)
    )
{% endset %}

with

failures as (
    {{ test_valid_ranges_do_not_overlap(given) }}
)

select count(*) as failure_count
from failures
having count(*) != 1
