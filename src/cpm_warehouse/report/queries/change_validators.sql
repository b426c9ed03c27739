-- Who validates a PMR, and what is known of the time of each?
select
    validator_id,
    validator_kind,
    step_number,
    is_named,
    is_time_known,
    contracted_working_days,
    offered_free_working_days,
    offered_paid_working_days,
    offered_paid_gbp
from marts.rpt_pmr_validators
order by step_number, validator_id
