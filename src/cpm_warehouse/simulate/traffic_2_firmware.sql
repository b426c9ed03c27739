-- Firmware: what Users asked for (11.1 and 11.3), what S1SPs did with it, what CSPs pushed to hubs.
-- In a month one device in ten is a target; a device is a target once in ten months. Updates fail at S1SPs
-- and CSPs, and so do activations.

-- The DCC's own EUI-64, which a Non-Device Request names as its target.
set variable dcc_id = '90-B3-D5-1F-30-01-00-00';
set variable day_ms = 86400000::bigint;
set variable first_unit = 0;
set variable end_unit = getvariable('home_slots') * getvariable('homes_per_slot');

-- What real files hold beside the plain case, planted in a share of the devices that an S1SP or a CSP
-- follows. A device keeps its kind for all months.
create macro firmware_plant(device_id) as case floor(
    fraction(device_id, 'plant') / getvariable('firmware_fault_share')
)
    when 0 then 'resent'
    when 1 then 'superseded'
    when 2 then 'overtaken'
    when 3 then 'activation_before_update'
    when 4 then 'duplicate'
    when 5 then 'unknown_image'
    when 6 then 'unknown_device'
    when 7 then 'notification_only'
    else 'none'
end;
-- Two versions outside the monthly builds: one withdrawn, one that no products list ever has.
set variable withdrawn_build = 901;
set variable unlisted_build = 999;
set variable end_ms = (select max(starts_ms + length_ms) from months);

create macro firmware_plant_of(device_id, device_type, s1sp, place) as if(
    device_type in ('CHF', 'ESME', 'GSME', 'PPMID')
    and (s1sp is not null or (device_type = 'CHF' and place in ('North', 'Central', 'South')))
    and fraction(device_id, 'listed') >= 0.03,
    firmware_plant(device_id),
    'none'
);

create macro is_version_recorded(device_id) as draw(device_id, 'no version', 100) <> 0;

create table firmware_targets as
with targets as (
    select
        devices.*,
        months.period,
        months.starts_ms,
        firmware_plant_of(devices.device_id, devices.device_type, devices.s1sp, devices.place)
            as plant,
        if(plant = 'unknown_image', getvariable('unlisted_build'), months.month_number + 1)
            as build,
        firmware_version(devices.release, getvariable('withdrawn_build')) as withdrawn_version,
        image_hash(devices.manufacturer, devices.model, withdrawn_version) as withdrawn_image,
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
    (
        row_number() over (partition by is_pushed_by_csp, party, image, period order by device_id) - 1
    ) // 50000 as list_number,
    -- What a User or S1SP calls an activation without an update.
    fraction(device_id, 'listed') >= 0.03 as is_listed,
    case
        when fraction(device_id, 'update outcome') < 0.9 then 0
        when fraction(device_id, 'update outcome') < 0.92 then 1
        when fraction(device_id, 'update outcome') < 0.93 then 2
        when fraction(device_id, 'update outcome') < 0.97 then 3
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

-- Two courses that the sample must hold however few hubs it has: SENT, SENT, FAILED; and sent again after the
-- inventory of the month's end showed the version.
set variable failing_hub = (
    select device_id
    from firmware_targets
    where plant = 'none' and is_pushed_by_csp and place = 'South'
    order by starts_ms, device_id
    limit 1
);
set variable shown_hub = (
    select device_id
    from firmware_targets
    where
        plant = 'none' and is_pushed_by_csp and place = 'Central'
        and is_version_recorded(device_id)
        and activation_ms < epoch_ms(make_timestamp_ms(starts_ms) + interval 1 month)
    order by starts_ms, device_id
    limit 1
);
update firmware_targets set plant = 'resent' where device_id = getvariable('failing_hub');
update firmware_targets set plant = 'notification_only' where device_id = getvariable('shown_hub');

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

-- No RequestId is used twice but for one: in the second month the first party that sent to SMETS2 devices in both
-- of the first two uses the counter of its first request to them again, for others.
create table firmware_updates as
with requests as (
    select
        period,
        party,
        originator,
        image,
        version,
        sent_ms,
        hash(party, image, list_number, period) as own_counter,
        list(device_id order by device_id) as device_ids,
        min(generation) = 'SMETS2' as is_smets2,
    from firmware_targets
    where is_listed and not is_pushed_by_csp
    group by period, party, originator, image, version, sent_ms, list_number
),

placed as (
    select
        requests.*,
        months.month_number,
        row_number() over (
            partition by requests.party, requests.period, requests.is_smets2
            order by requests.sent_ms, requests.own_counter
        ) as place,
    from requests
    inner join months on requests.period = months.period
),

reused as (
    select earlier.party, earlier.own_counter as counter, later.own_counter
    from placed as earlier
    inner join placed as later on earlier.party = later.party
    where
        earlier.month_number = 0 and earlier.place = 1 and earlier.is_smets2
        and later.month_number = 1 and later.place = 1 and later.is_smets2
    order by earlier.party
    limit 1
)

select
    requests.* exclude (own_counter, is_smets2),
    coalesce(reused.counter, requests.own_counter) as counter,
    reused.counter is not null as is_reused,
    requests.originator || ':' || getvariable('dcc_id') || ':'
    || coalesce(reused.counter, requests.own_counter) as request_id,
    case
        when fraction(requests.own_counter, 'outcome') < 0.88 then 'I0'
        when fraction(requests.own_counter, 'outcome') < 0.97 then 'W110101'
        when fraction(requests.own_counter, 'outcome') < 0.99 then 'E110103'
    end as outcome,
from requests
left join reused on requests.party = reused.party and requests.own_counter = reused.own_counter;

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

-- What became of each target, so far as the months written can tell: the truth of its last sending.
create table firmware_ends as
select
    targets.device_id,
    min(attempts.requested_ms) filter (where attempts.outcome = 0) as activated_ms,
    case
        when targets.plant in ('overtaken', 'activation_before_update')
            then if(targets.update_outcome > 0, 'update_failed', 'waiting')
        when activated_ms is not null then 'activated'
        when count(attempts.device_id) > 0 then 'activation_failed'
        when targets.update_outcome > 0 then 'update_failed'
        else 'waiting'
    end as expected
from firmware_targets as targets
left join firmware_activations as attempts on targets.device_id = attempts.device_id
where targets.s1sp is not null
group by targets.device_id, targets.plant, targets.update_outcome;

-- Each row of an S1SP's file with what a matcher must find.
create table s1sp_steps as
with steps as (
    select
        targets.*,
        '11.1' as variant,
        targets.image as step_image,
        targets.sent_ms + draw(targets.device_id, 'to the S1SP', 90000) as requested_ms,
        targets.update_outcome as outcome,
        if(targets.plant = 'resent', 'resent', ends.expected) as expected,
    from firmware_targets as targets
    inner join firmware_ends as ends on targets.device_id = ends.device_id
    where targets.is_listed
    union all by name
    select
        targets.*,
        '11.1' as variant,
        targets.image as step_image,
        targets.sent_ms + 10800000 as requested_ms,
        targets.update_outcome as outcome,
        ends.expected,
    from firmware_targets as targets
    inner join firmware_ends as ends on targets.device_id = ends.device_id
    where targets.plant = 'resent'
    union all by name
    select
        targets.*,
        '11.1' as variant,
        targets.withdrawn_image as step_image,
        targets.sent_ms - 14400000 as requested_ms,
        0 as outcome,
        if(
            targets.plant = 'overtaken' and targets.activation_ms < getvariable('end_ms'),
            'activated',
            'superseded'
        ) as expected,
    from firmware_targets as targets
    where targets.plant in ('superseded', 'overtaken')
    union all by name
    select
        targets.*,
        '11.3' as variant,
        if(targets.plant = 'overtaken', targets.withdrawn_image, targets.image) as step_image,
        if(targets.plant = 'overtaken', targets.activation_ms, targets.sent_ms - 3600000)
            as requested_ms,
        0 as outcome,
        if(targets.plant = 'overtaken', 'activated', targets.plant) as expected,
    from firmware_targets as targets
    where
        targets.plant in ('overtaken', 'activation_before_update')
        and (targets.plant <> 'overtaken' or targets.activation_ms < getvariable('end_ms'))
    union all by name
    select
        attempts.* exclude (requested_ms, outcome, bits),
        '11.3' as variant,
        attempts.image as step_image,
        attempts.requested_ms,
        nullif(attempts.outcome, -1) as outcome,
        case
            when not attempts.is_listed then 'activation_without_update'
            when attempts.outcome = 0 then 'activated'
            else 'activation_failed'
        end as expected,
    from firmware_activations as attempts
    where attempts.plant not in ('overtaken', 'activation_before_update')
),

-- One row in forty is sent twice, and every update of a device planted so. The earlier copy repeats.
copies as (
    select steps.* exclude (period, starts_ms), copy_number.range as copy_number
    from steps
    inner join range(2) as copy_number
        on
            copy_number.range = 0
            or draw(steps.device_id, 'copy', 40) = 0
            or (steps.plant = 'duplicate' and steps.variant = '11.1')
    where steps.s1sp is not null
)

select
    copies.* exclude (expected),
    months.period,
    if(copies.copy_number = 1, 'duplicate', copies.expected) as expected,
from copies
inner join months
    on
        copies.requested_ms >= months.starts_ms
        and copies.requested_ms < months.starts_ms + months.length_ms;

create table out_firmware_requests as
select
    steps.device_id,
    if(draw(steps.device_id, 'no type', 60) = 0, null, steps.device_type) as device_type,
    steps.variant as service_reference_variant,
    steps.step_image as image_hash,
    make_timestamp_ms(steps.requested_ms) as requested_at,
    steps.outcome as outcome_code,
    calendar.provider as _provider,
    steps.period as _period,
    1 as _version,
    calendar.received_at as _received_at,
    steps.requested_ms as _order,
from s1sp_steps as steps
inner join calendar
    on steps.period = calendar.period and calendar.provider = 's1sp_' || lower(steps.s1sp);

create table hub_steps as
with hubs as (
    select
        *,
        case
            when device_id = getvariable('failing_hub') then 'FAILED'
            when device_id = getvariable('shown_hub') or fraction(device_id, 'update') < 0.96
                then 'DELIVERED'
            else 'FAILED'
        end as delivery_step,
        if(fraction(device_id, 'outcome') < 0.96, 'ACTIVATED', 'FAILED') as last_step,
        sent_ms + draw(device_id, 'delivery', 2 * getvariable('day_ms')) as delivered_ms,
        delivered_ms + activation_ms - sent_ms as requested_ms,
        requested_ms + 240000 + draw(device_id, 'restart', 900000) as activated_ms,
        delivery_step = 'DELIVERED' and fraction(device_id, 'activated') < 0.93
        and plant not in ('overtaken', 'activation_before_update', 'notification_only')
            as is_requested,
        case
            when delivery_step = 'FAILED' and delivered_ms < getvariable('end_ms')
                then 'update_failed'
            when not is_requested or requested_ms >= getvariable('end_ms') then 'waiting'
            when activated_ms >= getvariable('end_ms') or last_step = 'FAILED'
                then 'activation_failed'
            else 'activated'
        end as sent_expected,
        -- Some are sent again after the inventory of the month's end showed the version.
        epoch_ms(make_timestamp_ms(starts_ms) + interval 1 month) as shown_ms,
        plant = 'notification_only'
        and delivery_step = 'DELIVERED'
        and activation_ms < shown_ms
        and (device_id = getvariable('shown_hub') or draw(device_id, 'sent again', 2) = 0)
            as is_sent_again
    from firmware_targets
    where is_pushed_by_csp and place in ('North', 'Central', 'South')
),

steps as (
    select
        hubs.* replace (
            if(hubs.plant = 'resent', 'resent', hubs.sent_expected) as sent_expected
        ),
        'SENT' as step,
        sent_ms as step_ms,
        copies.range = 1 as is_copy,
    from hubs
    inner join range(2) as copies on copies.range = 0 or hubs.plant = 'duplicate'
    union all by name
    select *, 'SENT' as step, sent_ms + 1000 as step_ms from hubs where plant = 'resent'
    union all by name
    select
        * replace ('waiting' as sent_expected),
        'SENT' as step,
        shown_ms + 9 * getvariable('day_ms') + 36000000 as step_ms,
        true as is_later_sending,
    from hubs
    where is_sent_again
    union all by name
    select
        * replace (
            withdrawn_image as image,
            withdrawn_version as version,
            getvariable('withdrawn_build') as build,
            if(
                plant = 'overtaken' and activated_ms < getvariable('end_ms'),
                'activated',
                'superseded'
            ) as sent_expected
        ),
        'SENT' as step,
        sent_ms - 14400000 as step_ms,
    from hubs
    where plant in ('superseded', 'overtaken')
    union all by name
    select
        * replace (
            if(plant = 'overtaken', withdrawn_image, image) as image,
            if(plant = 'overtaken', withdrawn_version, version) as version,
            if(plant = 'overtaken', getvariable('withdrawn_build'), build) as build
        ),
        'ACTIVATED' as step,
        if(plant = 'overtaken', activated_ms, sent_ms - 3600000) as step_ms,
    from hubs
    where plant in ('overtaken', 'activation_before_update')
    union all by name
    select *, delivery_step as step, delivered_ms as step_ms from hubs
    union all by name
    select *, 'ACTIVATION_REQUESTED' as step, requested_ms as step_ms from hubs where is_requested
    union all by name
    select *, last_step as step, activated_ms as step_ms from hubs where is_requested
),

-- The truth of the rows that stand for an update or an activation; null for the steps between them.
expected as (
    select
        *,
        case
            when is_copy then 'duplicate'
            when step = 'SENT' then sent_expected
            when step = 'ACTIVATED' and plant = 'activation_before_update' then plant
            when step = 'ACTIVATED' then 'activated'
            when step = 'FAILED' and delivery_step = 'DELIVERED' then 'activation_failed'
            when step = 'ACTIVATION_REQUESTED' and activated_ms >= getvariable('end_ms')
                then 'activation_failed'
        end as expected
    from steps
)

select expected.* exclude (period, starts_ms), months.period, months.month_number
from expected
inner join months
    on expected.step_ms >= months.starts_ms and expected.step_ms < months.starts_ms + months.length_ms;

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

-- Which build a device runs, and since when; of a hub planted so, nothing else tells it.
create table activated_builds as
select device_id, build, requested_ms + 300000 as activated_ms
from firmware_activations
where outcome = 0 and plant not in ('overtaken', 'activation_before_update')
union all
select
    device_id,
    if(plant = 'overtaken', getvariable('withdrawn_build'), build) as build,
    requested_ms as activated_ms,
from s1sp_steps
where
    variant = '11.3'
    and plant in ('overtaken', 'activation_before_update')
    and copy_number = 0
union all
select device_id, build, step_ms as activated_ms
from hub_steps
where step = 'ACTIVATED'
union all
select device_id, build, activation_ms as activated_ms
from firmware_targets
where plant = 'notification_only' and is_pushed_by_csp and activation_ms < getvariable('end_ms');

-- An image that the products list names.
create macro is_image_listed(manufacturer, model, version, build) as
    build <> getvariable('unlisted_build')
    and draw(manufacturer || model, 'no image', 9) <> right(version, 4)::integer % 9;

-- Row by row: what a matcher must say. Waiting is open up to the cut-off, expired after it.
create table truth_firmware as
with shown as (
    select targets.device_id
    from firmware_targets as targets
    inner join activated_builds as builds
        on targets.device_id = builds.device_id and targets.build = builds.build
    where
        builds.activated_ms < getvariable('end_ms')
        and is_version_recorded(targets.device_id)
        and (
            (targets.is_pushed_by_csp and targets.place <> 'North')
            or is_image_listed(targets.manufacturer, targets.model, targets.version, targets.build)
        )
),

told as (
    select
        device_id,
        step_image as image,
        if(variant = '11.1', 'update', 'activation') as event_kind,
        requested_ms as happened_ms,
        plant,
        expected,
    from s1sp_steps
    union all
    select
        steps.device_id,
        if(steps.place = 'North', steps.image, steps.version) as image,
        if(steps.step = 'SENT', 'update', 'activation') as event_kind,
        steps.step_ms as happened_ms,
        steps.plant,
        if(
            steps.plant = 'notification_only'
            and steps.step = 'SENT'
            and steps.is_later_sending is null,
            case
                when shown.device_id is not null then 'activated'
                when steps.is_sent_again and steps.shown_ms < getvariable('end_ms') then 'resent'
                else steps.expected
            end,
            steps.expected
        ) as expected,
    from hub_steps as steps
    left join shown on steps.device_id = shown.device_id
    where steps.expected is not null
    union all
    -- The DSP's list: of a SMETS1 device it says again what the S1SP says; of any other, only the inventory tells.
    select
        targets.device_id,
        targets.image,
        'update' as event_kind,
        targets.sent_ms as happened_ms,
        targets.plant,
        case
            when targets.s1sp is not null then 'duplicate'
            when shown.device_id is not null then 'activated'
            when updates.outcome = 'E110103' then 'update_failed'
            else 'waiting'
        end as expected,
    from firmware_targets as targets
    inner join firmware_updates as updates
        on
            targets.party = updates.party
            and targets.image = updates.image
            and targets.sent_ms = updates.sent_ms
            and list_contains(updates.device_ids, targets.device_id)
    left join shown on targets.device_id = shown.device_id
    where targets.is_listed and not targets.is_pushed_by_csp
)

select
    device_id,
    image,
    event_kind,
    make_timestamp_ms(happened_ms) as happened_at,
    plant as planted,
    expected as expected_status,
from told;
