-- Outages of the Self-Service Interface and requests to the SMKI.

-- Planned Maintenance on the last Sunday of a month, in every fourth not notified in time, and two
-- outages besides; the third month has none at all.
create table out_self_service_interface_outages as
with months_with_outages as (
    select
        calendar.*,
        date_trunc('week', ends_at) - interval 1 day as last_sunday,
    from calendar
    where provider = 'dcc' and month_number <> 2
),

outages as (
    select
        period,
        received_at,
        period as outage,
        last_sunday + interval 30 minute as started_at,
        last_sunday + interval 4 hour + interval 30 minute as ended_at,
        true as is_planned,
        month_number % 4 <> 3 as is_notified,
    from months_with_outages
    union all
    select
        months.period,
        months.received_at,
        months.period || numbers.range as outage,
        make_timestamp_ms(months.starts_ms + draw(outage, 'start', months.length_ms)) as started_at,
        started_at
        + to_milliseconds((1500000 * sqrt(odds(hash(outage, salt('length')))))::bigint) as ended_at,
        false as is_planned,
        null as is_notified,
    from months_with_outages as months, range(2) as numbers
)

select
    started_at as "Outage From",
    ended_at as "Outage To",
    is_planned as "Planned",
    is_notified as "Notified In Time",
    'dcc' as _provider,
    period as _period,
    1 as _version,
    received_at as _received_at,
    started_at as _order,
from outages;

create table submissions_without_rows as
select
    'self_service_interface_outages' as _extract,
    provider as _provider,
    period as _period,
    1 as _version,
    received_at as _received_at,
from calendar
where provider = 'dcc' and month_number = 2;

create table out_smki_requests as
with requests as (
    select
        calendar.*,
        numbers.range as number,
        hash(number, salt('smki' || calendar.period)) as bits,
        (calendar.starts_ms + calendar.length_ms * (number + fraction(number, calendar.period))
        / greatest(300, getvariable('scale') * 3e6))::bigint as received_ms,
        case
            when bits % 10 < 7 then 'deviceCertificate'
            when bits % 10 = 7 then 'organisationCertificate'
            else 'repositoryDocument'
        end as kind,
        case
            when bits % 10 < 7 then 2500
            when bits % 10 = 7 then 4000
            else 300
        end as median_ms,
    from calendar, range(greatest(300, (getvariable('scale') * 3e6)::bigint)) as numbers
    where calendar.provider = 'smki'
)

select
    'SR' || strftime(starts_at, '%y%m') || printf('%08d', number) as "requestId",
    kind as "requestKind",
    make_timestamp_ms(received_ms) as "receivedAt",
    if(
        bits % 300 = 0,
        null,
        make_timestamp_ms(received_ms + (median_ms * sqrt(odds(bits >> 20)))::bigint)
    ) as "answeredAt",
    provider as _provider,
    period as _period,
    1 as _version,
    received_at as _received_at,
    number as _order,
from requests;
