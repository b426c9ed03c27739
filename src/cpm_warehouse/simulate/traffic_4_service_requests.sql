-- Service Requests: 16,384 slots hold what goes together (variant, mode, role, party, device and
-- region); an event draws a slot, one of its homes and its times from two hashes of its number.

set variable requests_per_month = (getvariable('scale') * 1e9)::bigint;

create table request_profile as
with main (variant, device_type, mode, user_role, weight, median_ms) as (
    values
        ('4.8.1', 'ESME', 'DccScheduled', 'IS', 170, 60000),
        ('4.6.1', 'ESME', 'DccScheduled', 'IS', 110, 40000),
        ('4.6.1', 'GPF', 'DccScheduled', 'GS', 85, 40000),
        ('4.8.1', 'GPF', 'DccScheduled', 'GS', 75, 60000),
        ('4.1.1', 'ESME', 'OnDemand', 'IS', 65, 2400),
        ('4.1.1', 'GPF', 'OnDemand', 'GS', 35, 2400),
        ('4.10', 'ESME', 'DccScheduled', 'ED', 30, 60000),
        ('8.2', null, 'OnDemand', 'IS', 30, null),
        ('6.24.1', 'ESME', 'OnDemand', 'IS', 25, 3000),
        ('4.17', 'ESME', 'DccScheduled', 'OU', 25, 60000),
        ('2.2', 'ESME', 'OnDemand', 'IS', 22, 2200),
        ('6.15.1', 'ESME', 'OnDemand', 'IS', 20, 3200),
        ('4.14', 'ESME', 'DccScheduled', 'IS', 18, 50000),
        ('4.3', 'ESME', 'OnDemand', 'IS', 16, 2400),
        ('2.2', 'GSME', 'OnDemand', 'GS', 15, 2600),
        ('6.13', 'ESME', 'OnDemand', 'IS', 15, 4000),
        ('4.4.3', 'ESME', 'FutureDated', 'IS', 15, 60000),
        ('8.11', 'CHF', 'OnDemand', 'IS', 14, 1800),
        ('12.2', null, 'OnDemand', 'IS', 12, null),
        ('1.1.1', 'ESME', 'FutureDated', 'IS', 12, 50000),
        ('4.18', 'ESME', 'OnDemand', 'IS', 10, 2400),
        ('1.2.1', 'GSME', 'FutureDated', 'GS', 10, 400000),
        ('1.1.1', 'ESME', 'OnDemand', 'IS', 10, 2800),
        ('11.2', 'ESME', 'OnDemand', 'IS', 10, 2400),
        ('3.1', 'PPMID', 'OnDemand', 'IS', 9, 3000),
        ('6.11', 'GSME', 'OnDemand', 'GS', 9, 600000),
        ('8.1.1', 'ESME', 'OnDemand', 'IS', 8, 3200),
        ('8.4', null, 'OnDemand', 'IS', 8, null),
        ('8.9', 'CHF', 'OnDemand', 'IS', 7, 1800),
        ('8.14.1', null, 'OnDemand', 'IS', 7, null),
        ('6.23', 'ESME', 'FutureDated', 'IS', 6, 50000),
        ('7.4', 'ESME', 'OnDemand', 'IS', 6, 2200),
        ('8.7.1', 'GSME', 'OnDemand', 'GS', 5, 3000),
        ('8.7.2', 'PPMID', 'OnDemand', 'IS', 5, 3000),
        ('5.1', null, 'OnDemand', 'OU', 5, null),
        ('12.1', null, 'OnDemand', 'IS', 5, null)
),

-- Every other variant is rare. Firmware is not drawn: it follows the plan of traffic_2_firmware.
rare as (
    select
        service_reference_variant as variant,
        case
            when is_non_device then null
            when service_request_name ilike '%CHF%' then 'CHF'
            when eligible_user_roles = 'GS' or service_request_name ilike '%gas%' then 'GSME'
            else 'ESME'
        end as device_type,
        'OnDemand' as mode,
        coalesce(split_part(eligible_user_roles, ' ', 1), 'IS') as user_role,
        0.5 as weight,
        if(is_non_device, null, 3000) as median_ms,
    from read_csv(getvariable('seeds') || '/service_request/service_reference_variants.csv', all_varchar = true)
    anti join main on service_reference_variant = main.variant
    where service_reference not like '11.%'
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
window running as (order by variant, device_type, mode rows unbounded preceding);

create table request_slots as
with places (place, slowness, lost_share) as (
    values
        ('North', 2.1, 0.025), ('Central', 1, 0.01), ('South', 1.1, 0.011), ('SMETS1', 2.6, 0.04),
        ('4G', 0.5, 0.005)
),

type_counts as (
    select device_type, count(*) as type_count from device_slots group by device_type
),

-- A Non-Device Request has a sender all the same: the supplier of a home drawn by its meter.
slots as (
    select
        numbers.range as slot,
        profile.*,
        profile.device_type is null as is_non_device,
        draw(numbers.range, 'device', type_counts.type_count) as device_rank,
    from range(16384) as numbers
    inner join request_profile as profile
        on
            (numbers.range + 0.5) / 16384 >= profile.share_from
            and (numbers.range + 0.5) / 16384 < profile.share_to
    inner join type_counts on coalesce(profile.device_type, 'ESME') = type_counts.device_type
),

drawn as (
    select
        slots.*,
        devices.* exclude (device_type),
        coalesce(others.party, if(slots.user_role in ('ED', 'GT'), devices.network, devices.party))
            as sender,
        coalesce(
            others.originator,
            if(slots.user_role in ('ED', 'GT'), devices.network_originator, devices.originator)
        ) as sender_originator,
        places.slowness,
        if(slots.is_non_device, 0, places.lost_share) as lost_share,
        hash(slots.slot, salt('hour')) as hour_bits,
    from slots
    inner join device_slots as devices
        on
            coalesce(slots.device_type, 'ESME') = devices.device_type
            and slots.device_rank = devices.rank
    inner join places on devices.place = places.place
    left join parties as others
        on
            slots.user_role in ('OU', 'RSA')
            and others.role = 'other'
            and fraction(slots.slot, 'other user') >= others.share_from
            and fraction(slots.slot, 'other user') < others.share_to
)

select
    slot::ubigint as slot,
    variant,
    mode,
    user_role,
    sender as party,
    if(mode = 'DccScheduled', getvariable('dcc_id'), sender_originator) as originator,
    home_slot,
    is_non_device,
    if(is_non_device, null, oui) as oui,
    eui_ending,
    device_type,
    if(is_non_device, null, region) as region,
    if(is_non_device, null, s1sp) as s1sp,
    median_ms * slowness as median_ms,
    -- A command on demand mostly meets its 30 seconds; the others wait for the device.
    mode <> 'OnDemand' or median_ms > 100000 as has_long_tail,
    case
        when mode = 'DccScheduled' and hour_bits % 5 > 0 then hour_bits % 6
        when mode = 'OnDemand' then 6 + hour_bits % 17
        else hour_bits % 24
    end::bigint * 3600000 as hour_ms,
    if(mode = 'FutureDated', 1 + hour_bits % 4, null)::bigint as delay_days,
    -- Limits on a draw of 14 bits, each above the one before.
    (16384 * lost_share)::ubigint as lost_limit,
    (16384 * (lost_share + 0.006))::ubigint as refused_limit,
    refused_limit + if(mode = 'FutureDated' and variant in ('1.1.1', '1.2.1'), 2458, 0)::ubigint
        as acknowledged_limit,
    acknowledged_limit + if(variant in ('5.2', '5.3', '8.14.1'), 1638, 0)::ubigint as warned_limit,
    case variant
        when '5.2' then 'W050201'
        when '5.3' then 'W050301'
        when '8.14.1' then 'W081401'
    end as warning,
    case slot % 4
        when 0 then 'E4'
        when 1 then 'E5'
        when 2 then 'E11'
        else 'E19'
    end as refusal,
from drawn;

-- What the firmware plan sends through the DSP: an 11.1 a request, an 11.3 an activation.
create table firmware_service_requests as
with requests as (
    select
        period,
        originator,
        getvariable('dcc_id') as target,
        counter,
        '11.1' as variant,
        party,
        null as device_type,
        null as region,
        null as s1sp,
        sent_ms as received_ms,
        null::bigint as sent_to_wan_ms,
        null::bigint as back_ms,
        if(outcome is null, null, sent_ms + 900) as responded_ms,
        outcome as response,
    from firmware_updates
    union all
    select
        period,
        originator,
        device_id as target,
        bits as counter,
        '11.3' as variant,
        party,
        device_type,
        region,
        s1sp,
        requested_ms as received_ms,
        received_ms + 400 + (bits % 500)::bigint as sent_to_wan_ms,
        if(outcome = -1, null, sent_to_wan_ms + (3500 * sqrt(odds(bits)))::bigint) as back_ms,
        coalesce(back_ms, sent_to_wan_ms + 60000) + 200 as responded_ms,
        case
            when outcome = 0 then 'I0'
            when outcome = -1 then 'E21'
            else 'E30'
        end as response,
    from firmware_activations
)

select
    period,
    originator as "OriginatorId",
    target as "TargetId",
    counter as "OriginatorCounter",
    variant as "ServiceReferenceVariant",
    'OnDemand' as "Mode",
    if(device_type in ('GSME', 'GPF'), 'GS', 'IS') as "UserRole",
    party as "PartyId",
    device_type as "DeviceType",
    region as "Region",
    s1sp as "S1sp",
    make_timestamp_ms(received_ms) as "ReceivedAt",
    null::timestamp as "ExecuteAt",
    make_timestamp_ms(sent_to_wan_ms) as "SentToWanAt",
    make_timestamp_ms(back_ms) as "BackFromWanAt",
    make_timestamp_ms(responded_ms) as "RespondedAt",
    response as "ResponseCode",
from requests
order by received_ms, counter;

-- Rows that landing must keep aside close the first month too: answered before it was received, an EUI-64
-- that was cut, received in another month.
create table faulty_service_requests as
select
    months.period,
    faults.rule_id,
    parties.originator as "OriginatorId",
    faults.target as "TargetId",
    faults.counter::ubigint as "OriginatorCounter",
    '8.2' as "ServiceReferenceVariant",
    'OnDemand' as "Mode",
    'IS' as "UserRole",
    parties.party as "PartyId",
    null as "DeviceType",
    null as "Region",
    null as "S1sp",
    months.starts_at + to_seconds(faults.received_second) as "ReceivedAt",
    null::timestamp as "ExecuteAt",
    null::timestamp as "SentToWanAt",
    null::timestamp as "BackFromWanAt",
    months.starts_at + to_seconds(faults.responded_second) as "RespondedAt",
    'I0' as "ResponseCode",
from months
cross join parties
cross join (
    values
        ('responded_before_received', getvariable('dcc_id'), 1, 86400, 86399),
        ('value_malformed', left(getvariable('dcc_id'), 20), 2, 90000, 90001),
        ('row_of_another_month', getvariable('dcc_id'), 3, -172800, -172799)
) as faults (rule_id, target, counter, received_second, responded_second)
where months.month_number = 0 and parties.role = 'supplier' and parties.rank = 0;

-- Row n of a month is event n, but for one row in 499, which is the event before it sent twice.
create macro event_of(row_number) as if(row_number % 499 = 7, row_number - 1, row_number);

create view out_service_requests as
with month as (
    select starts_ms, length_ms, length_ms // getvariable('day_ms') as days
    from months
    where period = getvariable('period')
),

hashed as (
    select
        event_of(range) as event,
        hash(event, salt(getvariable('period'))) as bits,
        hash(bits) as more_bits,
    from range(getvariable('first_unit'), getvariable('end_unit'))
),

drawn as (
    select
        hashed.event,
        hashed.more_bits,
        slots.*,
        -- An event that is to carry an unlisted response code must be answered.
        if(hashed.event % 4001 = 1234, 16383, (hashed.bits >> 14) & 16383) as draw,
        sqrt(odds(hashed.bits >> 44)) as haste,
        odds(hashed.bits >> 28) as wan_odds,
        scrambled(
            ((hashed.more_bits & 16777215) % getvariable('homes_per_slot')::ubigint)::bigint
            * getvariable('home_slots') + slots.home_slot
        ) as lower_half,
        hashed.event * month.days // getvariable('requests_per_month') as day,
        month.starts_ms + day * getvariable('day_ms') as day_ms,
        day_ms + slots.hour_ms + ((hashed.more_bits >> 24) % 3600000)::bigint as received_ms,
        case
            when slots.mode = 'FutureDated' then day_ms + slots.delay_days * getvariable('day_ms')
            when slots.mode = 'DccScheduled' then received_ms
        end as execute_ms,
    from hashed
    inner join request_slots as slots on hashed.bits & 16383 = slots.slot
    cross join month
),

timed as (
    select
        *,
        coalesce(execute_ms, received_ms) + 40 + (350 * haste)::bigint as ready_ms,
        draw >= lost_limit and draw < refused_limit as is_refused,
        if(is_non_device or is_refused, null, ready_ms) as sent_to_wan_ms,
        if(
            draw < lost_limit,
            null,
            sent_to_wan_ms
            + (median_ms * least(if(has_long_tail, wan_odds, sqrt(wan_odds)), 4000))::bigint
        ) as back_ms,
        case
            when draw >= lost_limit
                then coalesce(back_ms, ready_ms) + 30 + (more_bits & 255)::bigint
            when draw % 10 = 0 then null
            when mode = 'OnDemand' then sent_to_wan_ms + 60000
            else sent_to_wan_ms + getvariable('day_ms')
        end as responded_ms,
    from drawn
)

-- The remainders plant what real extracts hold: codes that no list has, values left out, the
-- largest counter.
select
    timed.originator as "OriginatorId",
    coalesce(eui(timed.oui, high.pairs, low.pairs, timed.eui_ending), getvariable('dcc_id'))
        as "TargetId",
    if(timed.event % 4001 = 77, 18446744073709551615, hash(timed.more_bits)) as "OriginatorCounter",
    if(timed.event % 4001 = 23, '99.1', timed.variant) as "ServiceReferenceVariant",
    timed.mode as "Mode",
    if(timed.event % 997 = 5, null, timed.user_role) as "UserRole",
    if(timed.event % 1999 = 9, null, timed.party) as "PartyId",
    if(timed.event % 1499 = 3, null, timed.device_type) as "DeviceType",
    if(timed.event % 4001 = 2345, 'East', timed.region) as "Region",
    timed.s1sp as "S1sp",
    make_timestamp_ms(timed.received_ms) as "ReceivedAt",
    make_timestamp_ms(timed.execute_ms) as "ExecuteAt",
    make_timestamp_ms(timed.sent_to_wan_ms) as "SentToWanAt",
    make_timestamp_ms(timed.back_ms) as "BackFromWanAt",
    make_timestamp_ms(timed.responded_ms) as "RespondedAt",
    case
        when timed.responded_ms is null then null
        when timed.event % 4001 = 1234 then 'E999'
        when timed.draw < timed.lost_limit
            then if(timed.mode = 'FutureDated', 'E30', if(timed.draw % 3 = 0, 'E20', 'E21'))
        when timed.is_refused then timed.refusal
        when timed.draw < timed.acknowledged_limit then 'I99'
        when timed.draw < timed.warned_limit then timed.warning
        else 'I0'
    end as "ResponseCode",
from timed
inner join hexadecimal as high on timed.lower_half >> 16 = high.number
inner join hexadecimal as low on timed.lower_half & 65535 = low.number
union all by name
-- The plan's requests, and the rows at fault, close the month's last file.
select * exclude (period)
from firmware_service_requests
where
    period = getvariable('period')
    and getvariable('end_unit') = getvariable('requests_per_month')
union all by name
select * exclude (period, rule_id)
from faulty_service_requests
where
    period = getvariable('period')
    and getvariable('end_unit') = getvariable('requests_per_month');
