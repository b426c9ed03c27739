-- Which files were received for the figure, and where does each lie in the lake?
select
    files.submission_key,
    files.file_name,
    files.received_rows,
    files.accepted_rows,
    files.quarantined_rows,
    files.layout_name,
    concat(
        files.extract,
        '/provider=',
        files.provider,
        '/period=',
        strftime(files.reporting_month, '%Y-%m'),
        '/version=',
        files.submission_version
    ) as lies_in,
    files.sha256
from marts.fct_submission_files as files
where
    files.submission_key in (
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
order by files.submission_key, files.file_name
