-- Two overlaps (one by a range that never ends) and one empty range; ranges that touch are sound.
{% set given %}
    (
        select *
        from (
            values
            ('touching', date '2021-01-01', date '2021-02-01'),
            ('touching', date '2021-02-01', null),
            ('overlapping', date '2021-01-01', date '2021-02-02'),
            ('overlapping', date '2021-02-01', null),
            ('endless', date '2021-01-01', null),
            ('endless', date '2021-02-01', date '2021-03-01'),
            ('empty', date '2021-01-01', date '2021-01-01')
        ) as rows_given (thing, valid_from, valid_to)
    )
{% endset %}

with

failures as (
    {{ test_valid_ranges_do_not_overlap(given, partition_by=['thing']) }}
)

select count(*) as failure_count
from failures
having count(*) != 3
