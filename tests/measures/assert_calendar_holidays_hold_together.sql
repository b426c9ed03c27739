-- A standing bank holiday falls on no weekend (its substitute day is listed); a moved one is
-- replaced by another that became known on the same day; Christmas Day and Good Friday stand where
-- their names say.
with

bank_holidays as (
    select
        division,
        holiday_date,
        known_from,
        known_to
    from {{ ref('bank_holidays') }}
),

named_non_working_days as (
    select
        excluded_date,
        excluded_name
    from {{ ref('named_non_working_days') }}
),

calendar_bounds as (
    select extract(year from last_date) - extract(year from first_date) + 1 as year_count
    from {{ ref('calendar_bounds') }}
),

named_counted as (
    select
        excluded_name,
        count(distinct extract(year from excluded_date)) as year_count
    from named_non_working_days
    group by excluded_name
)

select
    'on a weekend' as finding,
    holiday_date as finding_date
from bank_holidays
where {{ iso_weekday('holiday_date') }} >= 6

union all

select
    'withdrawn before it was known' as finding,
    holiday_date as finding_date
from bank_holidays
where known_from >= known_to

union all

select
    'moved to nowhere' as finding,
    moved.holiday_date as finding_date
from bank_holidays as moved
where
    moved.known_to is not null
    and not exists (
        select 1
        from bank_holidays as replacement
        where
            moved.division = replacement.division
            and moved.known_to = replacement.known_from
    )

union all

select
    'named day out of place' as finding,
    excluded_date as finding_date
from named_non_working_days
where
    not (
        excluded_name = 'Good Friday' and {{ iso_weekday('excluded_date') }} = 5
        or excluded_name = 'Christmas Day'
        and extract(month from excluded_date) = 12
        and extract(day from excluded_date) = 25
    )

union all

select
    'named day on a weekday but no bank holiday' as finding,
    named_non_working_days.excluded_date as finding_date
from named_non_working_days
where
    {{ iso_weekday('named_non_working_days.excluded_date') }} < 6
    and (
        select count(distinct bank_holidays.division)
        from bank_holidays
        where
            named_non_working_days.excluded_date = bank_holidays.holiday_date
            and bank_holidays.known_to is null
    ) < 3

union all

select
    'named day missing in a year' as finding,
    cast(null as date) as finding_date
from named_counted
cross join calendar_bounds
where named_counted.year_count != calendar_bounds.year_count
