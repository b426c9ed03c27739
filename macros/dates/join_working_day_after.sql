{#
    Joins the Working Day that falls `working_days` after `start_date`, as `<due>.calendar_date`. Day 1 is the first
    Working Day after the start date, be the start itself a Working Day or not: 18 after 31 August 2021 is
    24 September 2021. `dates_of` is a CTE of `int_working_day_calendar`, and `working_days_of` one of its Working Days
    only.

    Every sum of Working Days in the project goes through here; every difference is one `working_day_number`
    less another.
#}
{% macro join_working_day_after(
    due, dates_of, working_days_of, calendar, start_date, working_days, join='inner'
) -%}
    {{ join }} join {{ dates_of }} as {{ due }}_start
        on
            {{ calendar }} = {{ due }}_start.calendar
            and {{ start_date }} = {{ due }}_start.calendar_date
    {{ join }} join {{ working_days_of }} as {{ due }}
        on
            {{ due }}_start.calendar = {{ due }}.calendar
            and {{ due }}_start.working_day_number + {{ working_days }} = {{ due }}.working_day_number
{%- endmacro %}
