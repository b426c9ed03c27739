-- Incidents, planned before anything is written down: each Incident is a row of choices, then a
-- chain of stages with durations. The truth and the extracts are both derived from these two tables
-- and never from each other.
--
-- Read by variable: seed, incidents_per_month, first_month, months. `variant` 0 is what happened;
-- variant 1 is what the first version of one month's export said by mistake.

create macro incident_draw(i, salt, n) as
    (hash(i::bigint, salt, getvariable('seed')::bigint) % n)::bigint;

-- The Target Resolution Time that the plan aims at; a category nobody listed is worked as a
-- Category 3.
create macro incident_target_seconds(category) as
    case category
        when 1 then 14400
        when 2 then 86400
        when 3 then 259200
        when 4 then 432000
        when 5 then 864000
    end;

create macro incident_neighbour(category, is_upward) as
    case
        when category = 1 then 2
        when category = 5 then 4
        when is_upward then category + 1
        else category - 1
    end;

-- An interruption leaves the clock running unless a listed pausing reason or a User's organisation
-- holds it.
create macro incident_interruption_counts(kind) as
    kind not in ('pause', 'user', 'user_pause');

create macro incident_interruption_reason(kind, draw) as
    case
        when kind in ('pause', 'user_pause') then list_extract(
            [
                'Client Hold', 'Client Additional Information Requested', 'Client Action Required',
                'Local Site Action Required'
            ],
            draw % 4 + 1
        )
        when kind = 'hold' then list_extract(
            [
                'Infrastructure Change', 'Supplier Delivery', 'Third Party Vendor Action Reqd',
                'Support Contact Hold', 'Monitoring Incident'
            ],
            draw % 5 + 1
        )
        when kind = 'unlisted_reason' then 'Awaiting Carrier'
    end;

create macro incident_user_organisation(draw) as
    list_extract(
        [
            'Energy Supplier Service Desk', 'Energy Supplier Service Desk',
            'Network Party Service Desk', 'Other User Service Desk', 'Registration Data Provider'
        ],
        draw % 5 + 1
    );

create table incident_months as
select
    range as month_no,
    (getvariable('first_month')::timestamp + to_months(range::int)) as month_start,
    (getvariable('first_month')::timestamp + to_months(range::int + 1)) as month_end,
    strftime(getvariable('first_month')::timestamp + to_months(range::int), '%Y-%m') as period
from range(getvariable('months')::bigint);

-- The last Sunday of an October within the months, 01:00 UTC: London goes from BST to GMT.
create table incident_clock_changes as
select
    month_end - to_days(isodow(month_end - interval 1 day)::int % 7 + 1) + interval 1 hour
        as changed_at
from incident_months
where month(month_start) = 10;

-- Bank holidays of England and Wales, so that files arrive and reports are delivered on Working
-- Days.
create table incident_working_days as
with holidays as (
    select unnest([
        date '2021-05-03', date '2021-05-31', date '2021-08-30', date '2021-12-27',
        date '2021-12-28', date '2022-01-03', date '2022-04-15', date '2022-04-18',
        date '2022-05-02', date '2022-06-02', date '2022-06-03', date '2022-08-29',
        date '2022-09-19', date '2022-12-26', date '2022-12-27', date '2023-01-02',
        date '2023-04-07', date '2023-04-10', date '2023-05-01', date '2023-05-08',
        date '2023-05-29', date '2023-08-28', date '2023-12-25', date '2023-12-26'
    ]) as day
)

select
    months.month_no,
    days.day,
    row_number() over (partition by months.month_no order by days.day) as working_day_number
from incident_months as months
cross join lateral (
    select (months.month_end + to_days(range::int))::date as day
    from range(90)
) as days
where isodow(days.day) < 6 and days.day not in (select holidays.day from holidays);

create macro incident_working_day(month, n) as (
    select days.day
    from incident_working_days as days
    where days.month_no = month and days.working_day_number = n
);

-- People log by day and by week. Weights of an hour of London's clock, so that four hours of a Sunday night
-- bring as many Incidents as half an hour of a Monday morning.
create table incident_hours as
with hours as (
    select
        months.month_no,
        months.month_start + to_hours(numbers.range) as hour_start,
        timezone('Europe/London', timezone('UTC', months.month_start + to_hours(numbers.range)))
            as london
    from (
        select month_no, month_start, month_end from incident_months
        union all
        -- Logged in the twelve days before the first month.
        select
            -1, getvariable('first_month')::timestamp - interval 12 days,
            getvariable('first_month')::timestamp
    ) as months
    cross join lateral range(date_diff('hour', months.month_start, months.month_end)) as numbers
),

weighed as (
    select
        month_no,
        hour_start,
        case
            when hour(london) between 8 and 17 then 20
            when hour(london) in (7, 18, 19, 20, 21) then 8
            else 3
        end
        * if(isodow(london) < 6, 5, 2) as weight
    from hours
)

-- An hour's seconds bear its weight each: `weight_from` is the weight of all seconds before it.
select
    month_no,
    hour_start,
    weight,
    3600 * (sum(weight) over (partition by month_no order by hour_start) - weight)::bigint
        as weight_from,
    3600 * (sum(weight) over (partition by month_no))::bigint as weight_of_all
from weighed;

-- The month whose exports are sent again, corrected. `set variable` keeps later scripts free of the
-- rule.
set variable incident_corrected_month = least(2, getvariable('months')::bigint - 1);

create table incident_draws as
with limits as (
    select
        getvariable('incidents_per_month')::bigint as per_month,
        getvariable('months')::bigint as months,
        -- Logged in the twelve days before the first month; those resolved before it are dropped
        -- below.
        greatest(getvariable('incidents_per_month')::bigint // 3, 6) as before_first_month
),

numbered as (
    select
        numbers.range as i,
        case
            when numbers.range > limits.per_month * limits.months then -1
            else (numbers.range - 1) // limits.per_month
        end as month_no,
        case
            when numbers.range > limits.per_month * limits.months
                then numbers.range - limits.per_month * limits.months - 1
            else (numbers.range - 1) % limits.per_month
        end as position_in_month,
        case
            when numbers.range > limits.per_month * limits.months then limits.before_first_month
            else limits.per_month
        end as incidents_in_month
    from limits
    cross join lateral range(
        1, limits.per_month * limits.months + limits.before_first_month + 1
    ) as numbers
),

bounded as (
    select
        numbered.*,
        (
            numbered.position_in_month * months.weight_of_all
            + incident_draw(numbered.i, 'logged', months.weight_of_all)
        ) // numbered.incidents_in_month as weight_before
    from numbered
    inner join (select distinct month_no, weight_of_all from incident_hours) as months
        on numbered.month_no = months.month_no
),

timed as (
    select
        bounded.i,
        bounded.month_no,
        hours.hour_start
        + to_seconds((bounded.weight_before - hours.weight_from) // hours.weight) as logged_at
    from bounded
    asof inner join incident_hours as hours
        on bounded.month_no = hours.month_no and bounded.weight_before >= hours.weight_from
),

drawn as (
    select
        i,
        month_no,
        logged_at,
        incident_draw(i, 'provider', 100) as provider_draw,
        incident_draw(i, 'region', 100) as region_draw,
        incident_draw(i, 'category', 1000) as category_draw,
        incident_draw(i, 'speed', 1000) as speed_draw,
        incident_draw(i, 'spread', 100000) as spread_draw,
        incident_draw(i, 'outcome', 1000) as outcome_draw,
        incident_draw(i, 'holder', 1000) as holder_draw,
        incident_draw(i, 'reopen', 1000) as reopen_draw,
        incident_draw(i, 'recategorise', 1000) as recategorise_draw,
        incident_draw(i, 'interrupt', 1000) as interrupt_draw,
        incident_draw(i, 'interrupt again', 1000) as second_interrupt_draw,
        incident_draw(i, 'neighbour', 8) as neighbour_draw
    from timed
),

placed as (
    select
        *,
        case
            when provider_draw < 28 then 'dsp'
            when provider_draw < 46 then 'csp_north'
            when provider_draw < 70 then 'csp_central_south'
            when provider_draw < 76 then 's1sp_ioc'
            when provider_draw < 84 then 's1sp_moc'
            when provider_draw < 89 then 's1sp_foc'
            when provider_draw < 93 then 'smki'
            when provider_draw < 98 then 'dcc'
        end as provider_id,
        case
            when i % 113 = 7 then null
            when i % 127 = 9 then 6
            when category_draw < 4 then 1
            when category_draw < 40 then 2
            when category_draw < 380 then 3
            when category_draw < 730 then 4
            else 5
        end as category_resolved,
        -- An Incident that the audit log lacks can show neither its re-opening nor its
        -- recategorisation.
        i % 53 <> 11 as has_audit,
        reopen_draw < 75 and i % 53 <> 11 as is_reopened,
        coalesce(category_resolved <= 5, false) and i % 53 <> 11 as may_be_recategorised
    from drawn
),

chosen as (
    select
        *,
        case
            when may_be_recategorised and recategorise_draw < 70 then 'before'
            when may_be_recategorised and recategorise_draw < 95 then 'twice'
            when may_be_recategorised and recategorise_draw < 110 then 'with_resolution'
            when may_be_recategorised and recategorise_draw < 140 then 'after'
            when may_be_recategorised and is_reopened and recategorise_draw < 400
                then 'on_reopening'
        end as recategorisation,
        -- Each provider and month has its own standing: above the target, between the levels, below
        -- both.
        list_extract(
            [15, 120, 330],
            (hash(provider_id, month_no, getvariable('seed')::bigint) % 3)::bigint + 1
        ) as late_per_mille,
        coalesce(incident_target_seconds(category_resolved), 259200) as aimed_seconds
    from placed
)

select
    i,
    null::varchar as scenario,
    month_no,
    logged_at,
    provider_id,
    case
        when region_draw < 2 then null
        when i % 151 = 21 then 'West'
        when provider_id = 'csp_north' then 'North'
        when provider_id = 'csp_central_south' then if(region_draw < 58, 'Central', 'South')
        when provider_id like 's1sp%' then 'SMETS1'
        when provider_id = 'smki' then 'Unknown'
        when region_draw < 30 then 'North'
        when region_draw < 58 then 'Central'
        when region_draw < 82 then 'South'
        when region_draw < 95 then 'SMETS1'
        else 'Unknown'
    end as region,
    category_resolved,
    recategorisation,
    case
        when speed_draw < if(category_resolved <= 2, late_per_mille // 3, late_per_mille)
            then aimed_seconds + 1 + (aimed_seconds * spread_draw) // 160000
        when speed_draw >= 985 then aimed_seconds
        when speed_draw >= 970 then aimed_seconds - 1
        when speed_draw >= 960 then aimed_seconds + 1
        -- Most take far less than their time.
        else
            300
            + aimed_seconds * 97 * spread_draw // 100000 * (spread_draw + 40000) // 140000 // 100
    end as running_seconds,
    if(outcome_draw < 30, 'cancelled', 'resolved') as outcome,
    -- A Category 1 is rare, and short: everybody works on it until it is resolved.
    case
        when category_resolved = 1 then 99
        when outcome_draw between 30 and 39 then 5
        when outcome_draw between 40 and 52 then 9
        when is_reopened and reopen_draw < 8 then 12
        else 99
    end as last_stage,
    case when is_reopened then if(reopen_draw between 50 and 74, 2, 1) else 0 end as reopened_count,
    is_reopened and neighbour_draw < 2 as is_reopened_from_closed,
    case
        when category_resolved = 1 then null
        when interrupt_draw < 180 then 'pause'
        when interrupt_draw < 260 then 'hold'
        when interrupt_draw < 320 then 'user'
        when interrupt_draw < 340 then 'user_pause'
        when interrupt_draw < 352 then 'unlisted_reason'
        when interrupt_draw < 360 then 'null_reason'
        when interrupt_draw < 366 then 'unlisted_organisation'
        when interrupt_draw < 370 then 'null_organisation'
        when interrupt_draw < 378 then 'unlisted_status'
    end as first_interruption,
    case
        when interrupt_draw >= 378 or category_resolved = 1 then null
        when second_interrupt_draw < 120 then 'pause'
        when second_interrupt_draw < 200 then 'hold'
        when second_interrupt_draw < 260 then 'user'
    end as second_interruption,
    -- Who holds it at the end: a User, an organisation that no list has, or nobody.
    case
        when holder_draw < 30 and not is_reopened then 'user'
        when holder_draw between 30 and 37 then 'unlisted'
        when holder_draw between 38 and 45 then 'nobody'
        else 'provider'
    end as last_holder,
    case
        when not has_audit then null
        when i % 17 = 2 then 'DCC Service Centre'
        when i % 41 = 5 then 'Energy Supplier Service Desk'
    end as closing_organisation,
    has_audit,
    i % 61 <> 13 as has_creation_in_audit,
    i % 5 = 1 as keeps_status_reason,
    case
        when
            month_no = getvariable('incident_corrected_month') and i % 7 = 4
            and logged_at < (
                select months.month_start + interval 10 days
                from incident_months as months
                where months.month_no = getvariable('incident_corrected_month')
            )
            and recategorisation is null and not is_reopened and outcome_draw > 52
            and category_resolved <= 5
            then if(neighbour_draw % 2 = 0, 'category', 'resolution')
    end as correction
from chosen;

-- Cases that the sample must hold however few Incidents are drawn. A column left out keeps to the
-- plain course: logged, worked by a provider, resolved, closed.
insert into incident_draws by name
with bounds as (
    select
        min(month_start) as start_of_first,
        max(month_end) as end_of_last,
        max(month_start) filter (month_no = least(1, getvariable('months')::bigint - 1))
            as start_of_second,
        max(month_start) filter (month_no = getvariable('incident_corrected_month'))
            as start_of_third
    from incident_months
),

clock_change as (
    select min(changed_at) as at
    from incident_clock_changes
    having count(*) > 0
),

scenarios as (
    select
        'threshold' as scenario,
        bounds.start_of_second + to_hours(9 + 31 * categories.c::int) as logged_at,
        categories.c as category_resolved,
        incident_target_seconds(categories.c) + offsets.seconds as running_seconds
    from bounds
    cross join range(1, 6) as categories (c)
    cross join (values (-1), (0), (1)) as offsets (seconds)

    union all by name

    -- Resolved at the first instant of a month, and one second before it.
    select
        'month_boundary' as scenario,
        bounds.start_of_third - to_seconds(spans.seconds) - to_seconds(spans.early) as logged_at,
        3 as category_resolved,
        spans.seconds as running_seconds
    from bounds
    cross join (values (1800, 0), (259200, 0), (1800, 1), (259200, 1)) as spans (seconds, early)

    union all by name

    select
        'month_boundary' as scenario,
        bounds.start_of_third as logged_at,
        4 as category_resolved,
        7200 as running_seconds
    from bounds

    union all by name

    -- The last two lie within the hour that London's clocks show twice; one seems to end before it
    -- began.
    select
        'clock_change' as scenario,
        clock_change.at - to_minutes(cases.minutes_before) as logged_at,
        cases.category as category_resolved,
        cases.seconds as running_seconds
    from clock_change
    cross join (
        values
        (3600, 3, 259200), (3600, 3, 259201), (120, 1, 14400), (120, 1, 14401),
        (45, 2, 5400), (10, 4, 1200)
    ) as cases (minutes_before, category, seconds)

    union all by name

    -- Categories 1 and 2 are open past their target for a day, not for months.
    select
        'open_past_target' as scenario,
        case categories.c
            when 1 then bounds.end_of_last - interval 9 hours
            when 2 then bounds.end_of_last - interval 31 hours
            else bounds.start_of_first + to_hours(11 * categories.c::int)
        end as logged_at,
        categories.c as category_resolved,
        if(categories.c = 1, 28800, 86400) as running_seconds,
        9 as last_stage
    from bounds
    cross join range(1, 6) as categories (c)

    union all by name

    -- Open since before the first month, with a pause that is long over.
    select
        'logged_before_first_month' as scenario,
        bounds.start_of_first - to_hours(20 * categories.c::int) as logged_at,
        categories.c as category_resolved,
        432000 + 7200 * categories.c as running_seconds,
        'pause' as first_interruption
    from bounds
    cross join range(3, 6) as categories (c)

    union all by name

    -- One row for each course that the draws above take now and then.
    select
        cases.scenario,
        bounds.start_of_first + to_hours(30 + 7 * cases.n) as logged_at,
        cases.category as category_resolved,
        cases.seconds as running_seconds,
        cases.outcome,
        cases.last_stage,
        cases.reopened_count,
        cases.recategorisation,
        cases.interruption as first_interruption,
        cases.last_holder
    from bounds
    cross join (
        values
        (1, 'reopened', 3, 259200, 'resolved', 99, 1, null, null, 'provider'),
        (2, 'reopened', 5, 864001, 'resolved', 99, 2, null, null, 'provider'),
        (3, 'reopened', 3, 259200, 'resolved', 99, 2, 'on_reopening', 'pause', 'provider'),
        (4, 'reopened_and_open', 4, 90000, 'resolved', 12, 1, null, null, 'provider'),
        (5, 'reopened_and_open', 3, 90000, 'resolved', 12, 1, null, null, 'provider'),
        (6, 'recategorised', 3, 259200, 'resolved', 99, 0, 'before', null, 'provider'),
        (7, 'recategorised', 3, 259200, 'resolved', 99, 0, 'twice', 'user', 'provider'),
        (8, 'recategorised', 3, 259201, 'resolved', 99, 0, 'after', null, 'provider'),
        (9, 'recategorised', 2, 86340, 'resolved', 99, 0, 'before', null, 'provider'),
        (10, 'recategorised', 4, 432000, 'resolved', 99, 0, 'with_resolution', null, 'provider'),
        (11, 'cancelled', 3, 90000, 'cancelled', 99, 0, null, null, 'provider'),
        (12, 'cancelled', 4, 90000, 'cancelled', 99, 0, null, 'pause', 'user'),
        (13, 'held_by_user', 3, 90000, 'resolved', 99, 0, null, null, 'user'),
        (14, 'held_by_user', 5, 900000, 'resolved', 99, 0, null, 'hold', 'user'),
        (15, 'held_by_user', 3, 90000, 'resolved', 9, 0, null, null, 'user'),
        (16, 'unknown_code', null, 90000, 'resolved', 99, 0, null, null, 'provider'),
        (17, 'unknown_code', 6, 90000, 'resolved', 99, 0, null, null, 'provider'),
        (18, 'unknown_code', 3, 259200, 'resolved', 99, 0, null, 'unlisted_reason', 'provider'),
        (19, 'unknown_code', 3, 259201, 'resolved', 99, 0, null, 'unlisted_status', 'provider'),
        (20, 'unknown_code', 3, 259200, 'resolved', 99, 0, null, 'null_reason', 'provider'),
        (
            21, 'unknown_code', 3, 259201, 'resolved', 99, 0, null, 'unlisted_organisation',
            'provider'
        ),
        (22, 'unknown_code', 3, 259200, 'resolved', 99, 0, null, 'null_organisation', 'provider'),
        (23, 'unknown_code', 3, 90000, 'resolved', 99, 0, null, null, 'unlisted'),
        (24, 'unknown_code', 3, 90000, 'resolved', 99, 0, null, null, 'nobody'),
        (25, 'unknown_code', 4, 90000, 'resolved', 5, 0, null, 'unlisted_status', 'provider'),
        (26, 'paused_and_open', 4, 90000, 'resolved', 5, 0, null, 'pause', 'provider'),
        (27, 'no_audit', 3, 255600, 'resolved', 99, 0, null, null, 'provider'),
        (28, 'no_audit', 3, 230000, 'resolved', 99, 0, null, 'pause', 'provider'),
        (29, 'no_audit', 4, 90000, 'resolved', 99, 0, null, null, 'user'),
        (30, 'no_creation', 3, 90000, 'resolved', 99, 0, 'after', 'pause', 'provider'),
        -- Resolved, then cancelled, then closed: cancelled, whatever state follows.
        (31, 'resolved_cancelled', 3, 90000, 'resolved_cancelled', 99, 0, null, null, 'provider'),
        (32, 'resolved_cancelled', 4, 90000, 'resolved_cancelled', 99, 0, null, 'pause', 'provider')
    ) as cases (
        n, scenario, category, seconds, outcome, last_stage, reopened_count, recategorisation,
        interruption, last_holder
    )

    union all by name

    select
        'corrected' as scenario,
        bounds.start_of_third + to_hours(26 + 9 * cases.n) as logged_at,
        3 as category_resolved,
        259200 as running_seconds,
        cases.correction,
        cases.has_audit
    from bounds
    cross join (
        values
        (1, 'category', true), (2, 'resolution', true), (3, 'category', false),
        (4, 'resolution', false)
    ) as cases (n, correction, has_audit)
),

numbered as (
    select
        *,
        (select max(draws.i) from incident_draws as draws)
        + row_number() over (
            order by scenario, logged_at, running_seconds, outcome, correction
        ) as i
    from scenarios
)

select
    i,
    scenario,
    date_diff('month', getvariable('first_month')::timestamp, logged_at) as month_no,
    logged_at,
    list_extract(
        ['dsp', 'csp_north', 'csp_central_south', 's1sp_ioc', 's1sp_moc', 's1sp_foc'],
        incident_draw(i, 'provider', 6) + 1
    ) as provider_id,
    case
        when scenario = 'unknown_code' and running_seconds = 259201 then 'West'
        when scenario = 'unknown_code' and running_seconds = 259200 then null
        when provider_id = 'csp_north' then 'North'
        when provider_id = 'csp_central_south' then 'Central'
        when provider_id like 's1sp%' then 'SMETS1'
        else 'South'
    end as region,
    category_resolved,
    recategorisation,
    running_seconds,
    coalesce(outcome, 'resolved') as outcome,
    coalesce(last_stage, 99) as last_stage,
    coalesce(reopened_count, 0) as reopened_count,
    false as is_reopened_from_closed,
    first_interruption,
    null::varchar as second_interruption,
    coalesce(last_holder, 'provider') as last_holder,
    null::varchar as closing_organisation,
    coalesce(has_audit, scenario <> 'no_audit') as has_audit,
    scenario <> 'no_creation' as has_creation_in_audit,
    false as keeps_status_reason,
    correction
from numbered;

-- Choices become durations. All running time is shared out between the running stages and the main
-- one takes what is left, so that an Incident planned to end on its target ends on it to the
-- second.
create table incident_plan as
with numbered as (
    select
        *,
        'INC' || lpad((12000 + row_number() over (order by logged_at, i))::varchar, 12, '0')
            as incident_number,
        correction is not null as is_corrected,
        coalesce(incident_target_seconds(category_resolved), 259200) as aimed_seconds
    from incident_draws
),

varied as (
    select
        0 as variant,
        *
    from numbered

    union all by name

    select
        1 as variant,
        * replace (
            if(
                correction = 'category',
                incident_neighbour(category_resolved, true),
                category_resolved
            ) as category_resolved,
            if(
                correction = 'resolution',
                running_seconds + incident_target_seconds(category_resolved) // 2,
                running_seconds
            ) as running_seconds
        )
    from numbered
    where is_corrected
),

categorised as (
    select
        *,
        case
            when recategorisation in ('before', 'with_resolution', 'on_reopening')
                then incident_neighbour(category_resolved, i % 2 = 0)
            when recategorisation = 'twice'
                then incident_neighbour(incident_neighbour(category_resolved, i % 2 = 0), i % 3 = 0)
            else category_resolved
        end as category_logged,
        if(recategorisation = 'twice', incident_neighbour(category_resolved, i % 2 = 0), null)
            as category_between,
        if(recategorisation = 'after', incident_neighbour(category_resolved, i % 2 = 1), null)
            as category_after,
        case recategorisation
            when 'before' then 4
            when 'twice' then 8
            when 'with_resolution' then 10
            when 'on_reopening' then 12
            else 1
        end as category_resolved_from_stage,
        -- A pause before the Incident is resolved again.
        reopened_count > 0 and i % 3 = 0 as is_paused_when_reopened
    from varied
),

shared_out as (
    select
        *,
        greatest(1, least(900, running_seconds * 10 // 1000)) as new_seconds,
        greatest(1, least(3600, running_seconds * 20 // 1000)) as assigned_seconds,
        if(recategorisation in ('before', 'twice'), greatest(1, running_seconds * 150 // 1000), 0)
            as recategorised_seconds,
        case
            when first_interruption is null then 0
            when incident_interruption_counts(first_interruption)
                then greatest(1, running_seconds * 100 // 1000)
            else 60 + aimed_seconds * incident_draw(i, 'interruption', 900) // 1000
        end as first_interruption_seconds,
        if(first_interruption is not null, greatest(1, running_seconds * 150 // 1000), 0)
            as after_first_seconds,
        case
            when second_interruption is null then 0
            when incident_interruption_counts(second_interruption)
                then greatest(1, running_seconds * 100 // 1000)
            else 60 + aimed_seconds * incident_draw(i, 'second interruption', 500) // 1000
        end as second_interruption_seconds,
        if(
            second_interruption is not null or recategorisation = 'twice',
            greatest(1, running_seconds * 150 // 1000), 0
        ) as after_second_seconds,
        if(reopened_count > 0, greatest(1, running_seconds * 80 // 1000), 0) as reopened_seconds,
        if(is_paused_when_reopened, greatest(1, running_seconds * 60 // 1000), 0)
            as after_reopened_pause_seconds,
        if(reopened_count > 1, greatest(1, running_seconds * 60 // 1000), 0)
            as reopened_again_seconds,
        3600 + incident_draw(i, 'resolved', 4 * 86400) as resolved_seconds,
        86400 + incident_draw(i, 'closing', 8 * 86400) as closing_seconds
    from categorised
)

select
    *,
    running_seconds - new_seconds - assigned_seconds - recategorised_seconds - after_first_seconds
    - if(
        coalesce(incident_interruption_counts(first_interruption), false),
        first_interruption_seconds, 0
    )
    - if(
        coalesce(incident_interruption_counts(second_interruption), false),
        second_interruption_seconds, 0
    )
    - after_second_seconds - reopened_seconds - after_reopened_pause_seconds
    - reopened_again_seconds as main_seconds,
    case provider_id
        when 'dsp' then 'DSP Service Desk'
        when 'csp_north' then 'CSP North Service Desk'
        when 'csp_central_south' then 'CSP Central and South Service Desk'
        when 's1sp_ioc' then 'S1SP IOC Service Desk'
        when 's1sp_moc' then 'S1SP MOC Service Desk'
        when 's1sp_foc' then 'S1SP FOC Service Desk'
        when 'smki' then 'SMKI Service Desk'
        else 'DCC Technical Operations Centre'
    end as provider_organisation,
    incident_user_organisation(incident_draw(i, 'user', 1000)) as user_organisation,
    incident_draw(i, 'reason', 20) as reason_draw
from shared_out;

drop table incident_draws;
