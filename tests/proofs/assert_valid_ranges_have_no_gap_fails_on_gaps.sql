-- One gap of a day, and one thing that has ended for good; ranges that touch are sound.
{% set given %}
    (
        select *
        from (
            values
            ('touching', date '2021-01-01', date '2021-02-01'),
            ('touching', date '2021-02-01', null),
            ('gap', date '2021-01-01', date '2021-01-31'),
            ('gap', date '2021-02-01', null),
            ('ended', date '2021-01-01', date '2021-02-01')
        ) as rows_given (thing, valid_from, valid_to)
    )
{% endset %}

with

failures as (
    {{ test_valid_ranges_have_no_gap(given, partition_by=['thing']) }}
)

select count(*) as failure_count
from failures
having count(*) != 2
