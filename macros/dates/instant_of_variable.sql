{#
    The instant that a variable names (`as_of` and the like), in UTC: '2021-10-24 10:00:00+01:00' is 09:00. Without an offset it is UTC,
    and a date stands for its first instant. A cast would drop the offset and say nothing.
#}
{% macro instant_of_variable(name) -%}
    {%- set given = var(name) | string -%}
    {%- set found = modules.re.match(
        '((?:19|2[0-9])[0-9]{2})-(0[1-9]|1[0-2])-([0-2][0-9]|3[01])'
        ~ '(?:[T ]([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])([.][0-9]{1,6})?)? ?(?:Z|([+-])(0[0-9]|1[0-4])(?::?([0-5][0-9]))?)?)?$',
        given
    ) -%}
    {%- if found -%}
        {%- set year, month, day, hour, minute, second, fraction, sign, hours_ahead, minutes_ahead = found.groups() -%}
        {%- set first = modules.datetime.datetime(year | int, month | int, 1) -%}
        {%- set date = first + modules.datetime.timedelta(days=day | int - 1) -%}
        {%- set ahead = modules.datetime.timedelta(hours=hours_ahead | int, minutes=minutes_ahead | int) -%}
        {%- set local = date + modules.datetime.timedelta(
            hours=hour | int, minutes=minute | int, seconds=second | int, microseconds=(fraction | float * 1000000) | round | int
        ) -%}
    {%- endif -%}
    {%- if not found or date.month != first.month -%}
        {{ exceptions.raise_compiler_error(
            "the variable " ~ name ~ " is '" ~ given ~ "', not an instant; write it like '2021-10-24 10:00:00+01:00' (without an offset: UTC)"
        ) }}
    {%- endif -%}
    cast('{{ (local + ahead if sign == "-" else local - ahead).isoformat(" ") }}' as timestamp)
{%- endmacro %}
