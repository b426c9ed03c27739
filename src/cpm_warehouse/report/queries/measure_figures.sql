-- What is the figure, what does it stand on, and how did it change on the month before? Without a
-- measure that of each; without a reading and an aggregation those that stand for the measure.
select *
from marts.rpt_measure_figures
where
    reporting_month = $reporting_month
    and scope_type = $scope_type
    and scope = $scope
    and measure_id = coalesce($measure_id, measure_id)
    and coalesce(variant_id = $variant_id and aggregation = $aggregation, is_default)
order by measure_id
