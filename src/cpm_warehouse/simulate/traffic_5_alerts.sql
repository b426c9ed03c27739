-- Alerts: as Service Requests, with 4,096 slots for each provider that sends Alerts.

create table alert_profile as
with main (kind, code, device_type, audience, weight) as (
    values
        ('Device', '8F0A', 'ESME', 'supplier', 210),
        ('Device', '8F0A', 'GPF', 'supplier', 120),
        ('Device', '8F66', 'ESME', 'supplier', 60),
        ('Device', '8F12', 'CHF', 'supplier', 70),
        ('Device', '8071', 'GPF', 'supplier', 45),
        ('Device', '81C6', 'GSME', 'supplier', 40),
        ('Device', '819D', 'GPF', 'supplier', 90),
        ('Device', '8F3E', 'ESME', 'supplier', 25),
        ('Device', '8154', 'ESME', 'supplier', 40),
        ('Device', '8F35', 'ESME', 'network', 24),
        ('Device', '8F36', 'ESME', 'network', 20),
        ('Device', '8F37', 'ESME', 'network', 2),
        ('Device', '8F38', 'ESME', 'network', 2),
        ('Device', '8002', 'ESME', 'network', 30),
        ('Device', '8006', 'ESME', 'network', 20),
        ('Device', '8085', 'ESME', 'network', 25),
        ('Device', '8089', 'ESME', 'network', 15),
        ('Device', '8F1D', 'GSME', 'supplier', 8),
        ('Device', '8F1F', 'GSME', 'supplier', 8),
        ('Device', '8183', 'CHF', 'supplier', 20),
        ('Device', '8F49', 'PPMID', 'supplier', 6),
        ('Device', '8161', 'PPMID', 'supplier', 10),
        ('Device', '810D', 'ESME', 'supplier', 12),
        ('Device', '8F0F', 'ESME', 'supplier', 8),
        ('DCC', 'AD1', 'CHF', 'network', 18),
        ('DCC', 'N16', 'ESME', 'supplier', 10),
        ('DCC', 'N24', 'CHF', 'supplier', 8),
        ('DCC', 'N8', 'ESME', 'supplier', 5),
        ('DCC', 'N1', 'ESME', 'supplier', 3)
),

-- Every other code is rare: Device Alerts together 3.6%, DCC Alerts 0.6% of all messages. What a meter only logs
-- does not come, but for 8F57, which strays in.
logged_only as (
    select alert_code
    from read_csv(getvariable('seeds') || '/alert/alert_code_properties.csv', all_varchar = true)
    where is_sent_over_wan = 'false' and alert_code <> '8F57'
),

rare as (
    select
        'Device' as kind,
        alert_code as code,
        case
            when regexp_matches(alert_description, 'gas|gsme|valve', 'i') then 'GSME'
            when regexp_matches(alert_description, 'chf|sub ghz|duty cycle', 'i') then 'CHF'
            else 'ESME'
        end as device_type,
        'supplier' as audience,
        36 / count(*) over () as weight,
    from read_csv(getvariable('seeds') || '/alert/device_alert_codes.csv', all_varchar = true) as codes
    anti join main on codes.alert_code = main.code
    anti join logged_only on codes.alert_code = logged_only.alert_code
    union all
    select
        'DCC' as kind, alert_code as code, 'ESME' as device_type, 'supplier' as audience,
        6.7 / count(*) over () as weight,
    from read_csv(getvariable('seeds') || '/alert/dcc_alert_codes.csv', all_varchar = true)
    anti join main on alert_code = main.code
),

profile as (
    select * from main
    union all by name
    select * from rare
)

select
    *,
    sum(weight) over running / sum(weight) over () as share_to,
    (sum(weight) over running - weight) / sum(weight) over () as share_from,
from profile
window running as (order by kind, code, device_type rows unbounded preceding);

create table alert_devices as
select
    *,
    case
        when place = 'SMETS1' then 's1sp_' || lower(s1sp)
        when place = 'North' then 'csp_north'
        else 'dsp'
    end as provider,
    row_number() over (partition by provider, device_type order by home_slot) - 1 as provider_rank,
from device_slots;

-- Alerts of a provider in a month. They vary from month to month, and on one or two days they storm: the
-- devices of 16 neighbouring slots, mostly of one code, send in three hours what all devices of the
-- provider send in one to four days. A storm's messages are counted as days more of the month.
create table alert_volumes as
with homes as (
    select provider, count(*) / getvariable('home_slots') as share
    from alert_devices
    where device_type = 'CHF'
    group by provider
),

drawn as (
    select
        homes.provider,
        months.period,
        months.month_number,
        months.starts_ms,
        months.length_ms // getvariable('day_ms') as days,
        homes.provider || months.period as name,
        getvariable('scale') * 1.686e9 * homes.share * (0.8 + 0.3 * fraction(months.period, 'volume'))
            as plain_count,
    from homes
    cross join months
)

select
    * exclude (name, plain_count),
    -- The first storm is in the first half of the month, the second one in every other month's second half.
    draw(name, 'first storm', 14) as first_storm_day,
    1 + draw(name, 'first storm length', 3) as first_storm_length,
    15 + draw(name, 'second storm', 13) as second_storm_day,
    if(draw(name, 'stormy', 2) = 0, 0, 1 + draw(name, 'second storm length', 4))
        as second_storm_length,
    days + first_storm_length + second_storm_length as weighed_days,
    256 + draw(name, 'storm', 3800) as storm_slot,
    draw(name, 'storm hour', 21) * 3600000 as storm_ms,
    (plain_count * weighed_days / days)::bigint as alert_count,
from drawn;

-- Round trips in the WAN that a planted Alert takes its share of: those of on-demand Service Requests,
-- numbered so that the ones of a region and device type stand together.
create table wan_round_trips as
select
    region,
    device_type,
    median_ms,
    has_long_tail,
    row_number() over (order by region, device_type, slot) - 1 as number,
from request_slots
where mode = 'OnDemand' and not is_non_device and getvariable('alert_uplink_share') is not null;

create table alert_slots as
with type_counts as (
    select provider, device_type, count(*) as type_count
    from alert_devices
    group by provider, device_type
),

slots as (
    select
        volumes.provider,
        numbers.range as slot,
        profile.* exclude (weight, share_from, share_to),
        draw(numbers.range, volumes.provider, type_counts.type_count) as device_rank,
    from (select distinct provider from alert_volumes) as volumes
    cross join range(4096) as numbers
    inner join alert_profile as profile
        on
            (numbers.range + 0.5) / 4096 >= profile.share_from
            and (numbers.range + 0.5) / 4096 < profile.share_to
    inner join type_counts
        on
            volumes.provider = type_counts.provider
            and profile.device_type = type_counts.device_type
)

select
    slots.provider,
    slots.slot::ubigint as slot,
    slots.kind,
    slots.code,
    slots.device_type,
    -- Only a power outage comes from the hub; other DCC Alerts arise in the DCC's own systems.
    slots.kind = 'DCC' and slots.code <> 'AD1' as is_central,
    devices.region,
    if(slots.audience = 'network', devices.network, devices.party) as party,
    devices.home_slot,
    devices.oui,
    devices.eui_ending,
    round_trips.first_number as first_round_trip,
    round_trips.round_trip_count,
    case devices.place
        when 'North' then 7000
        when 'SMETS1' then 9000
        when '4G' then 1500
        else 4000
    end as median_ms,
from slots
inner join alert_devices as devices
    on
        slots.provider = devices.provider
        and slots.device_type = devices.device_type
        and slots.device_rank = devices.provider_rank
left join (
    select region, device_type, min(number) as first_number, count(*) as round_trip_count
    from wan_round_trips
    group by region, device_type
) as round_trips
    on devices.region = round_trips.region and devices.device_type = round_trips.device_type;

create view out_alerts as
with month as (
    select *
    from alert_volumes
    where period = getvariable('period') and provider = getvariable('provider')
),

slots as (
    select * from alert_slots where provider = getvariable('provider')
),

-- An Alert's place among the weighed days says whether it belongs to a storm: a storm stands between
-- the Alerts of its own day and those of the next.
hashed as (
    select
        event_of(range) as event,
        hash(event, salt(getvariable('provider') || getvariable('period'))) as bits,
        hash(bits) as more_bits,
        event * month.weighed_days // month.alert_count as weighed_day,
        least(greatest(weighed_day - month.first_storm_day, 0), month.first_storm_length)
            as first_storm_part,
        least(
            greatest(weighed_day - first_storm_part - month.second_storm_day, 0),
            month.second_storm_length
        ) as second_storm_part,
        weighed_day - first_storm_part - second_storm_part as day,
        (day = month.first_storm_day and first_storm_part > 0)
        or (day = month.second_storm_day and second_storm_part > 0) as is_storm,
        month.starts_ms,
        month.storm_slot,
        month.storm_ms,
    from range(getvariable('first_unit'), getvariable('end_unit')) as numbers
    cross join month
),

drawn as (
    select
        hashed.event,
        hashed.more_bits,
        slots.*,
        (hashed.bits >> 12) & 16383 as draw,
        odds(hashed.bits >> 26) as wan_odds,
        odds(hashed.bits >> 42) as storm_odds,
        scrambled(
            ((hashed.more_bits & 16777215) % getvariable('homes_per_slot')::ubigint)::bigint
            * getvariable('home_slots') + slots.home_slot
        ) as lower_half,
        -- One Alert of the DSP a month was raised in the last second of the month before, and sent in this.
        hashed.event = 1000
        and getvariable('provider') = 'dsp'
        and hashed.starts_ms > epoch_ms(getvariable('first_month')::timestamp) as is_early,
        hashed.starts_ms + if(
            is_early,
            -1000,
            hashed.day * getvariable('day_ms') + if(
                hashed.is_storm,
                hashed.storm_ms + ((hashed.more_bits >> 24) % 10800000)::bigint,
                ((hashed.more_bits >> 24) % 86400000)::bigint
            )
        ) as raised_ms,
    from hashed
    inner join slots
        on
            if(hashed.is_storm, hashed.storm_slot + (hashed.bits & 15)::bigint, (hashed.bits & 4095)::bigint)
            = slots.slot::bigint
),

-- By default an Alert has a time of its own. Planted, each takes the share of a round trip that the
-- simulation was asked for, and nothing else: what a proxy by that share would have to find.
timed as (
    select
        drawn.*,
        (
            getvariable('alert_uplink_share') * round_trips.median_ms
            * least(if(round_trips.has_long_tail, drawn.wan_odds, sqrt(drawn.wan_odds)), 4000)
        )::bigint as planted_ms,
        drawn.raised_ms
        + coalesce(planted_ms, (drawn.median_ms * sqrt(drawn.wan_odds))::bigint)
        + if(drawn.is_early, 2000, 0) as arrived_ms,
        if(
            planted_ms is null,
            if(drawn.is_central and not drawn.is_early, drawn.raised_ms, arrived_ms) + 120 + (drawn.draw & 511)::bigint,
            arrived_ms
        ) as sent_ms,
    from drawn
    left join wan_round_trips as round_trips
        on
            drawn.first_round_trip
            + (hash(drawn.more_bits) % drawn.round_trip_count::ubigint)::bigint
            = round_trips.number
)

-- One in 1,000 does not reach the gateway, another four are not delivered; 2.6% are throttled. The
-- remainders plant what real extracts hold: codes that no list has, values left out, a hub whose
-- clock is five minutes ahead.
select
    timed.kind as "AlertKind",
    if(timed.event % 4001 = 301, if(timed.kind = 'DCC', 'N32', '8FFF'), timed.code) as "AlertCode",
    eui(timed.oui, high.pairs, low.pairs, timed.eui_ending) as "DeviceId",
    if(timed.event % 1499 = 3, null, timed.device_type) as "DeviceType",
    if(timed.event % 4001 = 1700, 'East', timed.region) as "Region",
    if(timed.event % 1999 = 9, null, timed.party) as "PartyId",
    case
        when timed.event % 701 = 11 then null
        when timed.event % 1201 = 17 and not timed.is_central
            then make_timestamp_ms(timed.raised_ms + 300000)
        else make_timestamp_ms(timed.raised_ms)
    end as "RaisedAt",
    if(timed.is_central or timed.draw < 16, null, make_timestamp_ms(timed.arrived_ms))
        as "GatewayAt",
    if(timed.draw < 82, null, make_timestamp_ms(timed.sent_ms)) as "SentAt",
    if(timed.draw >= 15960, 2 + least(5000, (4 * timed.storm_odds)::bigint), null)
        as "ThrottledCount",
from timed
inner join hexadecimal as high on timed.lower_half >> 16 = high.number
inner join hexadecimal as low on timed.lower_half & 65535 = low.number;
