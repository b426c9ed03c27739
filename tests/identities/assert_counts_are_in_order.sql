-- met <= total, with exceptions and without; what exceptions take out is counted as excluded, never
-- lost.
select *
from {{ ref('fct_measure_results') }}
where
    met_count > total_count
    or met_count_before_exceptions > total_count_before_exceptions
    or total_count > total_count_before_exceptions
    or met_count > met_count_before_exceptions
    or total_count_before_exceptions - total_count > excluded_count
