-- What the cubes of Service Requests and Alerts say, by hand: one statement a cube, no register, no versions, nothing
-- incremental, and no search for repeats, which landing listed. Each is named by the comment before it; `$lake` stands
-- for the lake, and the other names for seeds. Cells with a hash for their names are written out with these, which is
-- not timed.

-- setup
create view requests as
select *
from read_parquet('$lake/service_requests/provider=*/*/*/*.parquet', hive_partitioning = true, filename = true, file_row_number = true);
create view alerts as
select *
from read_parquet('$lake/alerts/provider=*/*/*/*.parquet', hive_partitioning = true, filename = true, file_row_number = true);
create table targets as
select
    variants.service_reference_variant as target_variant,
    times.mode as target_mode,
    max_by(times.target_seconds, times.priority) * 1000 as target,
    max_by(times.round_trip_target_seconds, times.priority) * 1000 as round_trip_target
from '$service_reference_variants' as variants
inner join '$service_request_target_times' as times
    on times.service_reference_variant in ('any', variants.service_reference_variant)
group by all;

-- cube: service_requests_repeated
create table service_requests_repeated as
select * exclude (OriginatorId, TargetId, OriginatorCounter, source_file, source_row)
from read_parquet('$lake/service_requests/provider=*/*/*/_repeats/*.parquet', hive_partitioning = true)
qualify row_number() over (
    partition by provider, period, OriginatorId, TargetId, OriginatorCounter, ReceivedAt order by source_file, source_row
) > 1;

-- cube: service_requests_daily
create table service_requests_daily as
with weighted as (
    select *, 1 as weight from requests
    union all by name
    select *, -1 as weight from service_requests_repeated
),

timed as (
    select
        * replace (cast(ReceivedAt as date) as ReceivedAt),
        target is not null as has_target,
        case
            when RespondedAt < ReceivedAt then null
            when Mode = 'OnDemand' then epoch_ms(RespondedAt) - epoch_ms(ReceivedAt)
            when RespondedAt < ExecuteAt then 0
            else epoch_ms(RespondedAt) - epoch_ms(ExecuteAt)
        end as response,
        case when BackFromWanAt >= SentToWanAt then epoch_ms(BackFromWanAt) - epoch_ms(SentToWanAt) end as wan
    from weighted
    left join targets on ServiceReferenceVariant = target_variant and Mode = target_mode
)

select
    provider, ReceivedAt as request_date, ServiceReferenceVariant as service_reference_variant, Mode as mode,
    Region as region, DeviceType as device_type, ResponseCode as response_code, has_target,
    sum(weight) as request_count,
    count(*) filter (where weight < 0) as duplicate_count,
    coalesce(sum(weight) filter (where RespondedAt is not null), 0) as responded_count,
    coalesce(sum(weight) filter (where response <= target), 0) as within_target_count,
    coalesce(sum(weight) filter (where wan <= round_trip_target), 0) as within_round_trip_target_count,
    coalesce(sum(weight) filter (where SentToWanAt is not null), 0) as wan_sent_count,
    coalesce(sum(weight) filter (where wan is not null), 0) as wan_return_count,
    coalesce(sum(weight) filter (where wan <= 120000), 0) as alert_proxy_within_standard_count,
    coalesce(sum(weight) filter (where wan * 30 <= 60000 * 2 * 25), 0) as alert_proxy_within_wan_share_count,
    coalesce(sum(weight * wan), 0) as wan_milliseconds
from timed
group by all;

-- cube: service_requests_by_party
create table service_requests_by_party as
with weighted as (
    select *, 1 as weight from requests
    union all by name
    select *, -1 as weight from service_requests_repeated
),

timed as (
    select
        * replace (cast(date_trunc('month', ReceivedAt) as date) as ReceivedAt),
        case
            when RespondedAt < ReceivedAt then null
            when Mode not in ('FutureDated', 'DccScheduled') or Mode is null then epoch_ms(RespondedAt) - epoch_ms(ReceivedAt)
            when RespondedAt < ExecuteAt then 0
            else epoch_ms(RespondedAt) - epoch_ms(ExecuteAt)
        end as response,
        case when BackFromWanAt >= SentToWanAt then epoch_ms(BackFromWanAt) - epoch_ms(SentToWanAt) end as wan
    from weighted
)

select
    provider, ReceivedAt as request_month, ServiceReferenceVariant as service_reference_variant, Mode as mode,
    PartyId as party_id, DeviceType as device_type, Region as region, ResponseCode as response_code,
    sum(weight) as request_count,
    coalesce(sum(weight) filter (where response is not null), 0) as end_to_end_count,
    coalesce(sum(weight * response), 0) as end_to_end_milliseconds,
    coalesce(sum(weight) filter (where wan is not null), 0) as wan_count,
    coalesce(sum(weight * wan), 0) as wan_milliseconds
from timed
group by all;

-- cube: service_request_latencies
create table service_request_latencies as
with weighted as (
    select *, 1 as weight from requests
    union all by name
    select *, -1 as weight from service_requests_repeated
),

timed as (
    select
        provider,
        weight,
        hash(
            cast(date_trunc('month', ReceivedAt) as date), ServiceReferenceVariant, Mode, PartyId, DeviceType, Region
        ) as cell,
        case
            when RespondedAt < ReceivedAt then null
            when Mode not in ('FutureDated', 'DccScheduled') or Mode is null then epoch_ms(RespondedAt) - epoch_ms(ReceivedAt)
            when RespondedAt < ExecuteAt then 0
            else epoch_ms(RespondedAt) - epoch_ms(ExecuteAt)
        end as response,
        case when BackFromWanAt >= SentToWanAt then epoch_ms(BackFromWanAt) - epoch_ms(SentToWanAt) end as wan
    from weighted
),

bucketed as (
    select
        *,
        cast(ceil(ln(greatest(response, 1)) / ln(1.02)) as smallint) as response_bucket,
        cast(ceil(ln(greatest(wan, 1)) / ln(1.02)) as smallint) as wan_bucket
    from timed
)

select
    provider, cell, is_over_wan,
    case when is_over_wan then wan_bucket else response_bucket end as latency_bucket,
    sum(weight) as request_count
from bucketed, (values (false), (true)) as kinds (is_over_wan)
where
    case when is_over_wan then wan else response end is not null
group by all;

-- written: service_request_latencies
select
    latencies.* exclude (cell, is_over_wan),
    case when is_over_wan then 'wan' else 'end_to_end' end as latency_kind,
    cells.* exclude (cell)
from service_request_latencies as latencies
inner join (
    select distinct
        request_month, service_reference_variant, mode, party_id, device_type, region,
        hash(request_month, service_reference_variant, mode, party_id, device_type, region) as cell
    from service_requests_by_party
) as cells using (cell);

-- cube: alerts_repeated
create table alerts_repeated as
select * exclude (DeviceId, source_file, source_row)
from read_parquet('$lake/alerts/provider=*/*/*/_repeats/*.parquet', hive_partitioning = true)
where DeviceId is not null
qualify row_number() over (
    partition by provider, period, AlertKind, AlertCode, DeviceId, RaisedAt, GatewayAt, SentAt
    order by source_file, source_row
) > 1;

-- cube: alerts_daily
create table alerts_daily as
with weighted as (
    select *, 1 as weight from alerts
    union all by name
    select *, -1 as weight from alerts_repeated
),

dated as (
    select
        *,
        weight * coalesce(ThrottledCount, 1) as throttled,
        RaisedAt <= SentAt as is_timed,
        RaisedAt <= SentAt and epoch_ms(SentAt) - epoch_ms(RaisedAt) <= 60000 as is_within,
        cast(
            coalesce(case when SentAt is null or RaisedAt <= SentAt then RaisedAt end, GatewayAt, SentAt, concat(period, '-01')::date)
            as date
        ) as alert_date
    from weighted
)

select
    provider, alert_date, Region as region, DeviceType as device_type, AlertKind as alert_kind, AlertCode as alert_code,
    PartyId as party_id,
    sum(weight) as message_count,
    count(*) filter (where weight < 0) as duplicate_count,
    coalesce(sum(weight) filter (where GatewayAt is not null), 0) as gateway_message_count,
    coalesce(sum(weight) filter (where SentAt is not null), 0) as delivered_message_count,
    coalesce(sum(weight) filter (where is_timed), 0) as timed_message_count,
    coalesce(sum(weight) filter (where is_within), 0) as within_message_count,
    sum(throttled) as throttled_alert_count,
    coalesce(sum(throttled) filter (where SentAt is not null), 0) as delivered_throttled_alert_count,
    coalesce(sum(throttled) filter (where is_timed), 0) as timed_throttled_alert_count,
    coalesce(sum(throttled) filter (where is_within), 0) as within_throttled_alert_count
from dated
group by all;

-- cube: alert_latencies
create table alert_latencies as
with weighted as (
    select *, 1 as weight from alerts
    union all by name
    select *, -1 as weight from alerts_repeated
)

select
    provider, cast(date_trunc('month', RaisedAt) as date) as alert_month, Region as region, DeviceType as device_type,
    cast(ceil(ln(greatest(2 * (epoch_ms(SentAt) - epoch_ms(RaisedAt)), 1)) / ln(1.02)) as smallint) as latency_bucket,
    sum(weight) as message_count
from weighted
anti join '$alert_exclusions' as excluded on AlertKind = excluded.alert_kind and AlertCode = excluded.alert_code
where RaisedAt <= SentAt
group by all;
