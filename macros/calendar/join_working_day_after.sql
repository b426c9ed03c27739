{#
    Joins the Working Day that falls `working_days` after `start_date`, as `<due>.calendar_date`. Day 1 is the first
    Working Day after the start date, be the start itself a Working Day or not: 18 after 31 August 2021 is
    24 September 2021. The model imports two CTEs by these names:

        calendar_dates  from ref('int_calendar_dates_numbered')
        working_days    from ref('int_working_days_numbered')

    Every sum of Working Days in the project goes through here; every difference is one `working_day_number`
    less another.
#}
{% macro join_working_day_after(due, calendar, start_date, working_days, join='inner') -%}
    {{ join }} join calendar_dates as {{ due }}_start
        on
            {{ calendar }} = {{ due }}_start.calendar
            and {{ start_date }} = {{ due }}_start.calendar_date
    {{ join }} join working_days as {{ due }}
        on
            {{ due }}_start.calendar = {{ due }}.calendar
            and {{ due }}_start.working_day_number + {{ working_days }} = {{ due }}.working_day_number
{%- endmacro %}
