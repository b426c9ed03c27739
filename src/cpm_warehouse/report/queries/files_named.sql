-- Which received files have this name, or this path of provider, extract, month and version?
select
    submission_key,
    file_name,
    extract,
    is_current
from marts.fct_submission_files
where
    ends_with(
        concat(
            '/',
            provider,
            '/',
            extract,
            '/',
            strftime(reporting_month, '%Y-%m'),
            '/v',
            submission_version,
            '/',
            file_name
        ),
        concat('/', $file_name)
    )
order by submission_key, file_name
