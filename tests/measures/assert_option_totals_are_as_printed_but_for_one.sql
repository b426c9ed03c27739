-- Example C1: the consultation prints an Impact Assessment total of £839,796 whose items add up to
-- £707,840; every other total adds up. A cost typed wrongly would show here as another slip.
select *
from {{ ref('rpt_solution_option_costs') }}
where
    is_total
    and (
        difference_low_gbp != case cost_kind when 'impact_assessment' then 131956 else 0 end
        or difference_high_gbp != case cost_kind when 'impact_assessment' then 131956 else 0 end
    )
