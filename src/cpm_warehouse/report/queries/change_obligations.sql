-- Since when does each obligation bind, and which derogation stands against it until when?
select
    obligation_id,
    obligation_name,
    sec_reference,
    mp122a_change,
    binds_from,
    derogation_standing,
    derogation_regime_id,
    what_it_allows,
    derogated_from,
    derogated_until,
    provenance,
    derogation_provenance
from marts.rpt_code_obligations
order by obligation_id, derogated_from
