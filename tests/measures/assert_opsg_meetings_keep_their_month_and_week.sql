{{ config(group='pmr') }}
-- Papers a week before the meeting, or on the next Working Days; a meeting in the month of its
-- pattern, or in the first days after it where a holiday moved it. A wrong `occurrence` would put a
-- meeting three weeks off without a word.
with

meetings as (
    select
        reporting_month,
        meeting_kind,
        meeting_date,
        paper_date
    from {{ ref('int_opsg_meetings_scheduled') }}
),

meetings_measured as (
    select
        *,
        {{ days_between('paper_date', 'meeting_date') }} as days_between,
        {{ days_between('reporting_month', 'meeting_date') }} as days_after_month_start
    from meetings
)

select *
from meetings_measured
where
    days_between not between 2 and 7
    or meeting_kind = 'reporting' and days_after_month_start not between 52 and 65
    or meeting_kind = 'main' and days_after_month_start not between 59 and 71
