-- Which files the streamed extracts are written in, and what was planted in them.

create table streamed as
with submissions as (
    select
        'service_requests' as extract,
        'dsp' as provider,
        months.month_number,
        versions.range as version,
        getvariable('requests_per_month') as units,
        1 as least_parts,
    from months
    -- The second month was cut after 28 days, in another format; the DSP sent it again, whole.
    inner join range(1, 3) as versions on versions.range = 1 or months.month_number = 1
    union all
    select
        'alerts' as extract,
        provider,
        month_number,
        1 as version,
        alert_count as units,
        if(provider = 'dsp', 2, 1) as least_parts,
    from alert_volumes
    -- CSP North and the S1SPs began to send Alerts in the last two months.
    where provider = 'dsp' or month_number >= getvariable('months') - 2
    union all
    select
        'device_inventory' as extract,
        'dsp' as provider,
        month_number,
        1 as version,
        getvariable('home_slots') * getvariable('homes_per_slot') as units,
        1 as least_parts,
    from months
),

sent as (
    select
        submissions.* exclude (units),
        calendar.period,
        calendar.received_at + to_days(if(submissions.version = 2, 33, 0)) as received_at,
        submissions.extract = 'service_requests'
        and submissions.month_number = 1
        and submissions.version = 1 as is_cut,
        if(is_cut, submissions.units * 28 // 31, submissions.units) as units,
        -- One thread writes one file: a month in parts of two million is written side by side.
        greatest(submissions.least_parts, (units - 1) // 2000000 + 1) as parts,
    from submissions
    inner join calendar
        on
            submissions.month_number = calendar.month_number
            and submissions.provider = calendar.provider
)

select
    sent.extract as _extract,
    sent.provider as _provider,
    sent.period as _period,
    sent.version as _version,
    sent.received_at as _received_at,
    part.range + 1 as _part,
    sent.units * part.range // sent.parts as _first_unit,
    sent.units * (part.range + 1) // sent.parts as _end_unit,
    -- Writing CSV takes five times as long as Parquet, so that large months are spared it.
    if(
        sent.units < 100000
        and (sent.is_cut or (sent.extract = 'alerts' and sent.provider = 's1sp_ioc')),
        'csv.gz',
        null
    ) as _format,
from sent, range(sent.parts) as part;

-- Counted over the rows that are planted only, and by another route than event_of takes.
create macro planted_rows(extract_name, unlisted_remainders) as table
with sent as (
    select
        _extract as extract,
        _provider as provider,
        _period as period,
        _version as version,
        max(_end_unit) as row_count,
    from streamed
    where _extract = extract_name
    group by all
),

remainders as (
    select unnest(unlisted_remainders) as remainder
),

unlisted as (
    select sent.provider, sent.period, sent.version, rows.range as row_number
    from sent, remainders, range(remainders.remainder, sent.row_count, 4001) as rows
    where rows.range % 499 <> 7
),

duplicates as (
    select
        sent.provider,
        sent.period,
        sent.version,
        (rows.range - 1) % 4001 in (select remainder from remainders) as is_unlisted,
    from sent, range(7, sent.row_count, 499) as rows
),

counted as (
    select provider, period, version, 0 as duplicate_row_count, count(*) as unlisted_code_row_count
    from unlisted
    group by all
    union all
    select provider, period, version, count(*), count(*) filter (where is_unlisted)
    from duplicates
    group by all
)

select
    sent.*,
    sum(counted.duplicate_row_count)::bigint as duplicate_row_count,
    sum(counted.unlisted_code_row_count)::bigint as unlisted_code_row_count,
from sent
inner join counted using (provider, period, version)
group by all;

create table truth_alerts as
select *, row_count - duplicate_row_count as distinct_event_count,
from planted_rows('alerts', [301, 1700]);

-- The firmware plan's requests close a month, so that a version that was cut has none of them.
create table truth_service_requests as
with whole as (
    select distinct _period as period, _version as version
    from streamed
    where _extract = 'service_requests' and _end_unit = getvariable('requests_per_month')
),

firmware as (
    select whole.period, whole.version, count(*) as request_count
    from whole
    inner join firmware_service_requests as requests on whole.period = requests.period
    group by whole.period, whole.version
)

select
    planted.* exclude (row_count),
    coalesce(firmware.request_count, 0) as firmware_row_count,
    planted.row_count + firmware_row_count as row_count,
    planted.row_count + firmware_row_count - planted.duplicate_row_count as distinct_event_count,
from planted_rows('service_requests', [23, 1234, 2345]) as planted
left join firmware on planted.period = firmware.period and planted.version = firmware.version;
