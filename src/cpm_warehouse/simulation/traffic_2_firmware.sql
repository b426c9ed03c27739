-- Firmware: what Users asked for (11.1 and 11.3), what S1SPs did with it, what CSPs pushed to hubs.
-- In a month one device in ten is a target; a device is a target once in ten months.

-- The DCC's own EUI-64, which a Non-Device Request names as its target.
set variable dcc_id = '90-B3-D5-1F-30-01-00-00';
set variable day_ms = 86400000::bigint;
set variable first_unit = 0;
set variable end_unit = getvariable('home_slots') * getvariable('homes_per_slot');

create table firmware_targets as
with targets as (
    select
        devices.*,
        months.period,
        months.starts_ms,
        months.month_number + 1 as build,
        firmware_version(devices.release, build) as version,
        image_hash(devices.manufacturer, devices.model, version) as image,
    from installed_devices as devices
    inner join months on draw(devices.device_id, 'update month', 10) = months.month_number % 10
    where devices.device_type in ('CHF', 'ESME', 'GSME', 'PPMID')
)

select
    *,
    device_type = 'CHF' and generation = 'SMETS2' as is_pushed_by_csp,
    -- A User updates its devices of one model on one day, hubs are pushed over three weeks.
    if(is_pushed_by_csp, device_id, party || image) as campaign,
    starts_ms
    + draw(campaign, 'update day', 21) * getvariable('day_ms')
    + draw(campaign, 'update time', 36000000) + 28800000 as sent_ms,
    (row_number() over (partition by is_pushed_by_csp, party, image order by device_id) - 1)
        // 50000 as list_number,
    -- What a User or S1SP calls an activation without an update.
    fraction(device_id, 'listed') >= 0.03 as is_listed,
    case
        when fraction(device_id, 'update') < 0.95 then 0
        when fraction(device_id, 'update') < 0.98 then 3
    end as update_outcome,
    sqrt(odds(hash(device_id, salt('activation')))) as patience,
    sent_ms + ((0.2 + least(20, 1.5 * patience)) * getvariable('day_ms'))::bigint as activation_ms,
    if(
        (update_outcome is not distinct from 0) and fraction(device_id, 'activated') < 0.88,
        case
            when fraction(device_id, 'outcome') < 0.93 then 0
            when fraction(device_id, 'outcome') < 0.95 then 1
            when fraction(device_id, 'outcome') < 0.96 then 2
            when fraction(device_id, 'outcome') < 0.98 then 3
            else -1
        end,
        null
    ) as activation_outcome,
from targets;

-- A device that failed is mostly tried once more, two days later. Outcome -1 never answered.
create table firmware_activations as
with attempts as (
    select *, activation_ms as requested_ms, activation_outcome as outcome
    from firmware_targets
    where activation_outcome is not null and not is_pushed_by_csp
    union all
    select *, activation_ms + 2 * getvariable('day_ms') as requested_ms, 0 as outcome
    from firmware_targets
    where
        activation_outcome <> 0
        and not is_pushed_by_csp
        and fraction(device_id, 'second attempt') < 0.6
)

select
    attempts.* exclude (period, starts_ms),
    months.period,
    hash(attempts.device_id, attempts.requested_ms) as bits,
from attempts
inner join months
    on
        attempts.requested_ms >= months.starts_ms
        and attempts.requested_ms < months.starts_ms + months.length_ms;

create table firmware_updates as
select
    period,
    party,
    originator,
    image,
    version,
    sent_ms,
    hash(party, image, list_number) as counter,
    originator || ':' || getvariable('dcc_id') || ':' || counter as request_id,
    list(device_id order by device_id) as device_ids,
    case
        when fraction(request_id, 'outcome') < 0.88 then 'I0'
        when fraction(request_id, 'outcome') < 0.97 then 'W110101'
        when fraction(request_id, 'outcome') < 0.99 then 'E110103'
    end as outcome,
from firmware_targets
where is_listed and not is_pushed_by_csp
group by period, party, originator, image, version, sent_ms, list_number;

create table out_update_firmware_requests as
select
    updates.request_id as "RequestId",
    updates.party as "PartyId",
    updates.image as "ImageHash",
    updates.version as "FirmwareVersion",
    updates.device_ids as "DeviceIds",
    make_timestamp_ms(updates.sent_ms) as "SentAt",
    updates.outcome as "Outcome",
    calendar.provider as _provider,
    updates.period as _period,
    1 as _version,
    calendar.received_at as _received_at,
    updates.sent_ms as _order,
from firmware_updates as updates
inner join calendar on updates.period = calendar.period and calendar.provider = 'dsp';

create table out_firmware_requests as
with steps as (
    select
        device_id, device_type, s1sp, period, image, '11.1' as variant,
        sent_ms + draw(device_id, 'to the S1SP', 90000) as requested_ms, update_outcome as outcome,
    from firmware_targets
    where is_listed
    union all
    select
        device_id, device_type, s1sp, period, image, '11.3' as variant,
        requested_ms, nullif(outcome, -1) as outcome,
    from firmware_activations
),

-- One row in forty is sent twice.
copies as (
    select steps.*, copy_number.range as copy_number
    from steps
    inner join range(2) as copy_number
        on copy_number.range = 0 or draw(steps.device_id, 'copy', 40) = 0
    where steps.s1sp is not null
)

select
    copies.device_id,
    if(draw(copies.device_id, 'no type', 60) = 0, null, copies.device_type) as device_type,
    copies.variant as service_reference_variant,
    copies.image as image_hash,
    make_timestamp_ms(copies.requested_ms) as requested_at,
    copies.outcome as outcome_code,
    calendar.provider as _provider,
    copies.period as _period,
    1 as _version,
    calendar.received_at as _received_at,
    copies.requested_ms as _order,
from copies
inner join calendar
    on copies.period = calendar.period and calendar.provider = 's1sp_' || lower(copies.s1sp);

create table hub_steps as
with hubs as (
    select
        *,
        if(fraction(device_id, 'update') < 0.96, 'DELIVERED', 'FAILED') as delivery_step,
        if(fraction(device_id, 'outcome') < 0.96, 'ACTIVATED', 'FAILED') as last_step,
        sent_ms + draw(device_id, 'delivery', 2 * getvariable('day_ms')) as delivered_ms,
        delivered_ms + activation_ms - sent_ms as requested_ms,
        requested_ms + 240000 + draw(device_id, 'restart', 900000) as activated_ms,
    from firmware_targets
    where is_pushed_by_csp and place in ('North', 'Central', 'South')
),

steps as (
    select *, 'SENT' as step, sent_ms as step_ms from hubs
    union all
    select *, delivery_step as step, delivered_ms as step_ms from hubs
    union all
    select *, 'ACTIVATION_REQUESTED' as step, requested_ms as step_ms
    from hubs
    where delivery_step = 'DELIVERED' and fraction(device_id, 'activated') < 0.93
    union all
    select *, last_step as step, activated_ms as step_ms
    from hubs
    where delivery_step = 'DELIVERED' and fraction(device_id, 'activated') < 0.93
)

select steps.* exclude (period, starts_ms), months.period, months.month_number
from steps
inner join months
    on steps.step_ms >= months.starts_ms and steps.step_ms < months.starts_ms + months.length_ms;

-- The second month of CSP North comes seven weeks late.
create table out_comms_hub_firmware as
select
    steps.device_id as "HUB_ID",
    if(steps.place = 'North', steps.image, null) as "IMAGE_HASH",
    if(steps.place = 'North', null, steps.version) as "FIRMWARE_VERSION",
    steps.step as "STEP",
    make_timestamp_ms(steps.step_ms) as "STEP_AT",
    if(steps.step = 'FAILED', printf('F%02d', 1 + draw(steps.device_id, 'failure', 6)), null)
        as "FAILURE_CODE",
    calendar.provider as _provider,
    steps.period as _period,
    1 as _version,
    calendar.received_at
    + to_days(if(calendar.provider = 'csp_north' and steps.month_number = 1, 49, 0))
        as _received_at,
    steps.step_ms as _order,
from hub_steps as steps
inner join calendar
    on
        steps.period = calendar.period
        and calendar.provider = if(steps.place = 'North', 'csp_north', 'csp_central_south');

-- Which build a device runs, and since when.
create table activated_builds as
select device_id, build, requested_ms + 300000 as activated_ms
from firmware_activations
where outcome = 0
union all
select device_id, build, activated_ms
from hub_steps
where step = 'ACTIVATED';
