-- By which lists of codes were the files read, and where is each from?
select distinct
    list_name,
    origin,
    is_synthetic_on_real
from marts.dim_code_lists
order by list_name, origin, is_synthetic_on_real
