-- What does each solution option depend on, overlap with or stand in for?
select
    option_id,
    depends_on,
    dependency_kind,
    is_required,
    what,
    release_name,
    release_date,
    provenance
from marts.rpt_solution_dependencies
order by option_id, depends_on
