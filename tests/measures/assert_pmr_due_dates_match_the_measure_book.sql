-- The table of Working Day sums in docs/calendar.md#counting: ten month ends, four service
-- levels, and the last again where Scottish holidays also count. A calendar that lost a holiday, or
-- a day 1 that moved, shows here first.
with

expected (reporting_month, calendar, sla_working_days, due_date) as (
    values
    (date '2021-03-01', 'england_and_wales', 10, date '2021-04-16'),
    (date '2021-03-01', 'england_and_wales', 14, date '2021-04-22'),
    (date '2021-03-01', 'england_and_wales', 18, date '2021-04-28'),
    (date '2021-03-01', 'england_and_wales', 25, date '2021-05-10'),
    (date '2021-03-01', 'great_britain', 25, date '2021-05-10'),
    (date '2021-08-01', 'england_and_wales', 10, date '2021-09-14'),
    (date '2021-08-01', 'england_and_wales', 14, date '2021-09-20'),
    (date '2021-08-01', 'england_and_wales', 18, date '2021-09-24'),
    (date '2021-08-01', 'england_and_wales', 25, date '2021-10-05'),
    (date '2021-08-01', 'great_britain', 25, date '2021-10-05'),
    (date '2021-09-01', 'england_and_wales', 10, date '2021-10-14'),
    (date '2021-09-01', 'england_and_wales', 14, date '2021-10-20'),
    (date '2021-09-01', 'england_and_wales', 18, date '2021-10-26'),
    (date '2021-09-01', 'england_and_wales', 25, date '2021-11-04'),
    (date '2021-09-01', 'great_britain', 25, date '2021-11-04'),
    (date '2021-11-01', 'england_and_wales', 10, date '2021-12-14'),
    (date '2021-11-01', 'england_and_wales', 14, date '2021-12-20'),
    (date '2021-11-01', 'england_and_wales', 18, date '2021-12-24'),
    (date '2021-11-01', 'england_and_wales', 25, date '2022-01-07'),
    (date '2021-11-01', 'great_britain', 25, date '2022-01-10'),
    (date '2021-12-01', 'england_and_wales', 10, date '2022-01-17'),
    (date '2021-12-01', 'england_and_wales', 14, date '2022-01-21'),
    (date '2021-12-01', 'england_and_wales', 18, date '2022-01-27'),
    (date '2021-12-01', 'england_and_wales', 25, date '2022-02-07'),
    (date '2021-12-01', 'great_britain', 25, date '2022-02-08'),
    (date '2022-05-01', 'england_and_wales', 10, date '2022-06-16'),
    (date '2022-05-01', 'england_and_wales', 14, date '2022-06-22'),
    (date '2022-05-01', 'england_and_wales', 18, date '2022-06-28'),
    (date '2022-05-01', 'england_and_wales', 25, date '2022-07-07'),
    (date '2022-05-01', 'great_britain', 25, date '2022-07-07'),
    (date '2022-08-01', 'england_and_wales', 10, date '2022-09-14'),
    (date '2022-08-01', 'england_and_wales', 14, date '2022-09-21'),
    (date '2022-08-01', 'england_and_wales', 18, date '2022-09-27'),
    (date '2022-08-01', 'england_and_wales', 25, date '2022-10-06'),
    (date '2022-08-01', 'great_britain', 25, date '2022-10-06'),
    (date '2023-04-01', 'england_and_wales', 10, date '2023-05-16'),
    (date '2023-04-01', 'england_and_wales', 14, date '2023-05-22'),
    (date '2023-04-01', 'england_and_wales', 18, date '2023-05-26'),
    (date '2023-04-01', 'england_and_wales', 25, date '2023-06-07'),
    (date '2023-04-01', 'great_britain', 25, date '2023-06-07'),
    (date '2023-12-01', 'england_and_wales', 10, date '2024-01-15'),
    (date '2023-12-01', 'england_and_wales', 14, date '2024-01-19'),
    (date '2023-12-01', 'england_and_wales', 18, date '2024-01-25'),
    (date '2023-12-01', 'england_and_wales', 25, date '2024-02-05'),
    (date '2023-12-01', 'great_britain', 25, date '2024-02-06'),
    (date '2025-11-01', 'england_and_wales', 10, date '2025-12-12'),
    (date '2025-11-01', 'england_and_wales', 14, date '2025-12-18'),
    (date '2025-11-01', 'england_and_wales', 18, date '2025-12-24'),
    (date '2025-11-01', 'england_and_wales', 25, date '2026-01-07'),
    (date '2025-11-01', 'great_britain', 25, date '2026-01-09')
),

actual as (
    select distinct
        reporting_month,
        calendar,
        sla_working_days,
        due_date
    from {{ ref('rpt_pmr_sla_scenarios') }}
)

select
    expected.reporting_month,
    expected.calendar,
    expected.sla_working_days,
    expected.due_date as expected_due_date,
    actual.due_date
from expected
left join actual
    on
        expected.reporting_month = actual.reporting_month
        and expected.calendar = actual.calendar
        and expected.sla_working_days = actual.sla_working_days
where actual.due_date is distinct from expected.due_date
{% if var('as_known_at') %}
    -- As known earlier, a due date may rightly differ.
    and false
{% endif %}
