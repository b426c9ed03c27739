-- When are SEC Releases, and how well is that known?
select
    release_name,
    release_date,
    standing,
    provenance,
    source
from marts.dim_sec_releases
order by release_date
