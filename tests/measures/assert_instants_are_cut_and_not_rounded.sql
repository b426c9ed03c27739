-- Every time that is held against a target is a difference of two instants, each cut to its
-- second or its millisecond. Rounded instead, or cut only once they are subtracted, an answer on
-- its target would miss it or one beyond it be within, by half a unit and with nothing else to
-- show it. What to look at: seconds_between and milliseconds_between; how the engine turns an
-- instant into a number.
with

cases as (
    {% for first_time, last_time, seconds, milliseconds in [
        ('10:00:00.000000', '10:00:30.000000', 30, 30000),
        ('10:00:00.000999', '10:00:30.000001', 30, 30000),
        ('10:00:00.000001', '10:00:30.000999', 30, 30000),
        ('10:00:00.000999', '10:00:30.001000', 30, 30001),
        ('10:00:00.000500', '10:00:30.000499', 30, 30000),
        ('10:00:00.999500', '10:00:01.000000', 1, 1),
        ('10:00:00.499999', '10:00:00.500000', 0, 1),
        ('10:00:00.001000', '10:00:00.000999', 0, -1),
        ('10:00:01.000000', '10:00:00.999999', -1, -1),
        ('10:00:00.999999', '10:00:00.000000', 0, -999),
    ] %}
        select
            timestamp '2021-08-02 {{ first_time }}' as first_at,
            timestamp '2021-08-02 {{ last_time }}' as last_at,
            {{ seconds }} as expected_seconds,
            {{ milliseconds }} as expected_milliseconds
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

measured as (
    select
        *,
        {{ seconds_between('first_at', 'last_at') }} as measured_seconds,
        {{ milliseconds_between('first_at', 'last_at') }} as measured_milliseconds
    from cases
)

select *
from measured
where
    measured_seconds != expected_seconds
    or measured_milliseconds != expected_milliseconds
