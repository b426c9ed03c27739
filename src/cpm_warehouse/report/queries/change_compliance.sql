-- Under what does the DCC comply with each obligation in the month?
select
    scenario_id,
    obligation_id,
    obligation_name,
    sec_reference,
    basis,
    derogation_standing,
    derogated_until,
    compliant_under,
    is_obligation_met,
    is_derogation_met
from marts.rpt_code_compliance
where
    reporting_month = $reporting_month
    and ($scenario_id is null or scenario_id = $scenario_id)
order by scenario_id, obligation_id
