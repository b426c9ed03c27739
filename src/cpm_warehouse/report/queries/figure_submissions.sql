-- Which submissions fed the figure?
select
    submissions.submission_key,
    submissions.provider,
    submissions.extract,
    submissions.reporting_month,
    submissions.submission_version,
    submissions.verdict,
    submissions.received_rows,
    submissions.accepted_rows,
    submissions.quarantined_rows,
    submissions.received_at,
    submissions.due_date,
    submissions.is_late
from marts.fct_submissions as submissions
where
    submissions.submission_key in (
        select unnest(string_split(results.submission_keys, ','))
        from marts.fct_measure_results as results
        where
            results.measure_id = $measure_id
            and results.variant_id = $variant_id
            and results.reporting_month = $reporting_month
            and results.scope_type = $scope_type
            and results.scope = $scope
            and results.aggregation = $aggregation
    )
order by submissions.submission_key
