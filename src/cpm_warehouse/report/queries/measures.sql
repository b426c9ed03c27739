-- Which measures are registered? With whether this publication has a figure for them.
select
    measure_id,
    measure_name,
    bool_or(basis != 'not_reportable') as is_reportable
from marts.rpt_measure_figures
group by measure_id, measure_name
order by measure_id
