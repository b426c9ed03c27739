-- What does every mix of solution options cost?
select
    alerts_route_id,
    incidents_route_id,
    pmr_timing_route_id,
    comms_hub_firmware_route_id,
    smets1_firmware_route_id,
    package_id,
    low_gbp,
    high_gbp,
    plus,
    left_out,
    opr_standing,
    lead_time_months,
    lead_time_not_given_count
from marts.rpt_solution_packages
order by
    low_gbp, high_gbp, alerts_route_id, incidents_route_id, pmr_timing_route_id,
    comms_hub_firmware_route_id, smets1_firmware_route_id
