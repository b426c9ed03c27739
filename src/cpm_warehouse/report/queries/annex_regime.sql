-- Where does the Operational Performance Regime stand in the regulatory year of the month?
select
    opr_measure_name,
    generation,
    region,
    status,
    target_response_time_pct,
    round_trip_time_pct,
    target_pct,
    minimum_pct,
    is_margin_at_risk,
    month_count,
    request_count,
    provenance,
    limitation
from marts.rpt_operational_performance_regime
where
    regulatory_year_start <= $reporting_month
    and regulatory_year_start > $reporting_month - interval 12 month
order by opr_measure, region
