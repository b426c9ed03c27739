-- Who sends and what is installed: months, SEC Parties, products and homes.
--
-- Nothing here grows with the scale. A home is a replicate of one of at most 4,096 home slots, that
-- say where it lies, who supplies it and which devices it has; its number makes the EUI-64 of its
-- devices unique. So there is no table of devices, and an event finds all about its device in the
-- slot that it drew.
--
-- Randomness is hash(number or name, salt): the same on every machine. Arithmetic keeps to what
-- IEEE 754 rounds exactly (no ln, exp or pow), for the same reason. Makers, models and parties are
-- invented.

-- Joins run as written, a stream of events first and slots after: rows stay in the stream's order.
set disabled_optimizers = 'join_order,build_side_probe_side';

create macro salt(name) as hash(name, getvariable('seed'))::ubigint;
-- A whole number from 0 to below the limit.
create macro draw(item, name, below) as (hash(item, salt(name)) % below::ubigint)::bigint;
-- A number in [0, 1) that depends on both arguments and the seed.
create macro fraction(item, name) as (hash(item, salt(name)) % 1000003)::double / 1000003;
-- Odds u : 1 - u of 16 bits. A median times their square root is log-logistic: close to log-normal,
-- with a longer tail.
create macro odds(bits) as ((bits & 65535)::double + 0.5) / (65535.5 - (bits & 65535)::double);
create macro hexadecimal_pairs(number) as
    printf('%02X', (number >> 8)::bigint & 255) || '-' || printf('%02X', number::bigint & 255);
-- The lower half of an EUI-64 comes from the home; the multiplier is odd, so no two homes meet.
create macro scrambled(home) as (home * 2654435761) & 4294967295;

create table hexadecimal as
select range as number, hexadecimal_pairs(range) as pairs from range(65536);

create table months as
select
    range as month_number,
    getvariable('first_month') + to_months(range::integer) as starts_at,
    getvariable('first_month') + to_months(range::integer + 1) as ends_at,
    strftime(starts_at, '%Y-%m') as period,
    epoch_ms(starts_at) as starts_ms,
    epoch_ms(ends_at) - epoch_ms(starts_at) as length_ms,
from range(getvariable('months'));

-- When each provider sends a month, counted from its end, and the one file that comes late.
create table calendar as
with lags (provider, lag_days) as (
    values
        ('dcc', 3), ('dsp', 4), ('smki', 5), ('csp_north', 9), ('s1sp_moc', 10), ('s1sp_ioc', 12),
        ('s1sp_foc', 14), ('csp_central_south', 20)
)

select
    months.*,
    lags.provider,
    months.ends_at + to_days(lags.lag_days)
        + to_seconds(30000 + draw(lags.provider || months.period, 'sent', 20000)) as received_at,
from months, lags;

create table parties as
with counted (role, party_count) as (
    values ('supplier', 24), ('network', 14), ('transporter', 4), ('other', 6)
)

select
    counted.role,
    numbers.range as rank,
    upper(counted.role[1]) || printf('%03d', numbers.range + 1) as party,
    '90-B3-D5-' || hexadecimal_pairs(hash(party, 1) % 65536) || '-'
    || hexadecimal_pairs(hash(party, 2) % 65536) || '-01' as originator,
    -- Zipf: the largest supplier serves about a quarter of all homes.
    sum(1.0 / (rank + 1)) over (partition by counted.role order by rank)
        / sum(1.0 / (rank + 1)) over (partition by counted.role) as share_to,
    share_to
        - 1.0 / (rank + 1) / sum(1.0 / (rank + 1)) over (partition by counted.role) as share_from,
from counted, range(counted.party_count) as numbers;

create table products as
with makes (device_type, place, manufacturer, model, oui, share_from, share_to) as (
    values
        ('CHF', 'North', 'Arden', 'AN-400', '00-DB-12', 0, 1),
        ('CHF', 'Central', 'Brock', 'BX-20', '00-1C-64', 0, 0.55),
        ('CHF', 'Central', 'Calder', 'CH-7', '00-2B-67', 0.55, 1),
        ('CHF', 'South', 'Brock', 'BX-20', '00-1C-64', 0, 0.4),
        ('CHF', 'South', 'Calder', 'CH-7', '00-2B-67', 0.4, 1),
        ('CHF', '4G', 'Calder', 'CH-9', '00-2B-69', 0, 1),
        ('CHF', 'SMETS1', 'Derwent', 'DH-1', '00-3A-11', 0, 0.6),
        ('CHF', 'SMETS1', 'Esk', 'E-100', '00-3A-5C', 0.6, 1),
        ('GPF', 'North', 'Arden', 'AN-400', '00-DB-13', 0, 1),
        ('GPF', 'Central', 'Brock', 'BX-20', '00-1C-65', 0, 1),
        ('GPF', 'South', 'Brock', 'BX-20', '00-1C-65', 0, 1),
        ('GPF', '4G', 'Calder', 'CH-9', '00-2B-6A', 0, 1),
        ('GPF', 'SMETS1', 'Derwent', 'DH-1', '00-3A-12', 0, 1),
        ('ESME', 'SMETS2', 'Frome', 'FE-1', '00-45-0A', 0, 0.45),
        ('ESME', 'SMETS2', 'Garnock', 'GM-30', '00-45-7F', 0.45, 0.8),
        ('ESME', 'SMETS2', 'Humber', 'H3P', '00-46-21', 0.8, 1),
        ('ESME', 'SMETS1', 'Derwent', 'DE-2', '00-3A-20', 0, 0.65),
        ('ESME', 'SMETS1', 'Frome', 'FE-0', '00-45-0B', 0.65, 1),
        ('GSME', 'SMETS2', 'Garnock', 'GG-10', '00-45-80', 0, 0.6),
        ('GSME', 'SMETS2', 'Irwell', 'IG-4', '00-47-33', 0.6, 1),
        ('GSME', 'SMETS1', 'Derwent', 'DG-2', '00-3A-21', 0, 1),
        ('PPMID', 'SMETS2', 'Kennet', 'K5', '00-48-02', 0, 0.7),
        ('PPMID', 'SMETS2', 'Lune', 'L-PP', '00-48-9D', 0.7, 1),
        ('PPMID', 'SMETS1', 'Kennet', 'K3', '00-48-03', 0, 1),
        ('IHD', 'SMETS2', 'Lune', 'L-IH', '00-48-9E', 0, 1),
        ('IHD', 'SMETS1', 'Kennet', 'K1', '00-48-04', 0, 1)
)

select makes.*, 1 + hash(manufacturer || model, 3) % 9 as release from makes;

-- Release 3 and build 7 read '00030007': each month's update raises the build.
create macro firmware_version(release, build) as
    printf('%04X', release::bigint) || printf('%04X', build::bigint);
create macro image_hash(manufacturer, model, version) as
    upper(sha256(manufacturer || '/' || model || '/' || version));

set variable home_slots = least(4096, greatest(288, (getvariable('scale') * 12.9e6)::bigint));
set variable homes_per_slot
= greatest(1, (getvariable('scale') * 12.9e6 / getvariable('home_slots'))::bigint);

-- SMETS1 is 38.7% of meters (August 2021), shared out among its three cohorts as 22, 32 and 46. The
-- 4G network is of 2023: months before it have no hub there.
set variable four_g_share = if(year(getvariable('first_month')) < 2023, 0, 0.004);

create table home_slots as
with regions (region, place, generation, s1sp, share_from, share_to) as (
    values
        ('SMETS1', 'SMETS1', 'SMETS1', 'IOC', 0, 0.085),
        ('SMETS1', 'SMETS1', 'SMETS1', 'MOC', 0.085, 0.209),
        ('SMETS1', 'SMETS1', 'SMETS1', 'FOC', 0.209, 0.387),
        ('North', 'North', 'SMETS2', null, 0.387, 0.574),
        ('Central', 'Central', 'SMETS2', null, 0.574, 0.785),
        ('South', 'South', 'SMETS2', null, 0.785, 1 - 3 * getvariable('four_g_share')),
        (
            '4G North', '4G', 'SMETS2', null,
            1 - 3 * getvariable('four_g_share'), 1 - 2 * getvariable('four_g_share')
        ),
        (
            '4G Central', '4G', 'SMETS2', null,
            1 - 2 * getvariable('four_g_share'), 1 - getvariable('four_g_share')
        ),
        ('4G South', '4G', 'SMETS2', null, 1 - getvariable('four_g_share'), 1)
),

slots as (
    select
        range as home_slot,
        (range + 0.5) / getvariable('home_slots') as place_fraction,
        fraction(range, 'supplier') as supplier_fraction,
        -- Most homes take gas from the supplier of their electricity.
        if(fraction(range, 'dual fuel') < 0.75, supplier_fraction, fraction(range, 'gas'))
            as gas_fraction,
        fraction(range, 'network') as network_fraction,
    from range(getvariable('home_slots'))
)

select
    slots.home_slot,
    regions.region,
    regions.place,
    regions.generation,
    regions.s1sp,
    suppliers.party as supplier,
    suppliers.originator as supplier_originator,
    gas_suppliers.party as gas_supplier,
    gas_suppliers.originator as gas_supplier_originator,
    networks.party as network,
    networks.originator as network_originator,
from slots
inner join regions
    on slots.place_fraction >= regions.share_from and slots.place_fraction < regions.share_to
inner join parties as suppliers
    on
        suppliers.role = 'supplier'
        and slots.supplier_fraction >= suppliers.share_from
        and slots.supplier_fraction < suppliers.share_to
inner join parties as gas_suppliers
    on
        gas_suppliers.role = 'supplier'
        and slots.gas_fraction >= gas_suppliers.share_from
        and slots.gas_fraction < gas_suppliers.share_to
inner join parties as networks
    on
        networks.role = 'network'
        and slots.network_fraction >= networks.share_from
        and slots.network_fraction < networks.share_to;

-- 4.2 devices a home (July 2022) and 1.63 meters (August 2021): hub and electricity meter in each,
-- gas in 63 of 100, displays in most.
create table device_slots as
with device_types (device_type, type_number, ownership, needs_gas) as (
    values
        ('CHF', 1, 1, false), ('ESME', 2, 1, false), ('GPF', 3, 1, true), ('GSME', 4, 1, true),
        ('PPMID', 5, 0.66, false), ('IHD', 6, 0.28, false)
),

owned as (
    select
        home_slots.*,
        device_types.*,
        fraction(home_slots.home_slot, 'make of ' || device_types.device_type) as make_fraction,
    from home_slots
    inner join device_types
        on
            fraction(home_slots.home_slot, device_types.device_type) < device_types.ownership
            and (
                not device_types.needs_gas or fraction(home_slots.home_slot, 'has gas') < 0.63
            )
)

select
    owned.* exclude (ownership, needs_gas, make_fraction),
    products.manufacturer,
    products.model,
    products.release,
    products.oui,
    printf('%02X', 160 + owned.type_number) as eui_ending,
    if(owned.needs_gas, owned.gas_supplier, owned.supplier) as party,
    if(owned.needs_gas, owned.gas_supplier_originator, owned.supplier_originator) as originator,
    row_number() over (partition by owned.device_type order by owned.home_slot) - 1 as rank,
from owned
inner join products
    on
        owned.device_type = products.device_type
        and products.place in (owned.place, owned.generation)
        and owned.make_fraction >= products.share_from
        and owned.make_fraction < products.share_to
order by owned.home_slot, owned.type_number;

create macro eui(oui, high, low, ending) as oui || '-' || high || '-' || low || '-' || ending;

-- Devices of the homes of `first_unit` to `end_unit`; a view, as a national fleet is not copied.
create view installed_devices as
select
    homes.range as home,
    device_slots.*,
    eui(device_slots.oui, high.pairs, low.pairs, device_slots.eui_ending) as device_id,
from range(getvariable('first_unit'), getvariable('end_unit')) as homes
inner join hexadecimal as high on scrambled(homes.range) >> 16 = high.number
inner join hexadecimal as low on scrambled(homes.range) & 65535 = low.number
inner join device_slots on homes.range % getvariable('home_slots') = device_slots.home_slot;
