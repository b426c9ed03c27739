-- A few rows that landing must keep aside, added to the first month's files: they are told here in full, and no
-- other truth knows of them. Those of Service Requests are streamed (`faulty_service_requests`).

insert into out_comms_hub_firmware by name
select * replace ('DELIVERD' as "STEP", null as "FAILURE_CODE")
from out_comms_hub_firmware
where _provider = 'csp_central_south' and _period = (select min(period) from months)
order by _order
limit 1;

insert into out_firmware_requests by name
select * replace ('11.9' as service_reference_variant)
from out_firmware_requests
where _provider = 's1sp_foc' and _period = (select min(period) from months)
order by _order, device_id
limit 1;

insert into out_smki_requests by name
select
    * replace (
        "requestId" || 'X' as "requestId", "receivedAt" - interval 1 second as "answeredAt"
    )
from out_smki_requests
where _period = (select min(period) from months)
order by _order
limit 1;

create table truth_quarantined_rows as
select
    'service_requests' as extract, 'dsp' as provider, period, 1 as version, rule_id, count(*) as row_count,
from faulty_service_requests
group by all
union all
select 'comms_hub_firmware', _provider, _period, _version, 'value_not_allowed', count(*)
from out_comms_hub_firmware
where "STEP" = 'DELIVERD'
group by all
union all
select 'firmware_requests', _provider, _period, _version, 'value_not_allowed', count(*)
from out_firmware_requests
where service_reference_variant = '11.9'
group by all
union all
select 'smki_requests', _provider, _period, _version, 'responded_before_received', count(*)
from out_smki_requests
where "answeredAt" < "receivedAt"
group by all;
