-- Eight bank holidays a year in England and Wales, nine in Scotland, ten in Northern Ireland, and
-- the one-off days: a row lost from the seed would move due dates of its year without a word.
with

bank_holidays as (
    select
        division,
        extract(year from holiday_date) as holiday_year,
        count(*) as holiday_count
    from {{ ref('bank_holidays') }}
    where known_to is null
    group by
        division,
        extract(year from holiday_date)
),

usual (division, holiday_count) as (
    values
    ('england_and_wales', 8),
    ('scotland', 9),
    ('northern_ireland', 10)
),

-- Jubilees of 2012 and 2022, State Funeral 2022, coronation 2023, World Cup 2026.
one_off (division, holiday_year, extra_count) as (
    values
    ('england_and_wales', 2012, 1),
    ('scotland', 2012, 1),
    ('northern_ireland', 2012, 1),
    ('england_and_wales', 2022, 2),
    ('scotland', 2022, 2),
    ('northern_ireland', 2022, 2),
    ('england_and_wales', 2023, 1),
    ('scotland', 2023, 1),
    ('northern_ireland', 2023, 1),
    ('scotland', 2026, 1)
),

years as (
    select distinct extract(year from calendar_date) as holiday_year
    from {{ ref('dim_calendar_dates') }}
)

select
    usual.division,
    years.holiday_year,
    bank_holidays.holiday_count,
    usual.holiday_count + coalesce(one_off.extra_count, 0) as expected_count
from usual
cross join years
left join one_off
    on
        usual.division = one_off.division
        and years.holiday_year = one_off.holiday_year
left join bank_holidays
    on
        usual.division = bank_holidays.division
        and years.holiday_year = bank_holidays.holiday_year
where
    bank_holidays.holiday_count
    is distinct from usual.holiday_count + coalesce(one_off.extra_count, 0)
