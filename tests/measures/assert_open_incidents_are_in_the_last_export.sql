{{ config(severity='warn') }}
-- An Incident stands in the export of every month in which it was open. One that is open by what
-- was exported before, and that the last export lacks, runs on until its target is missed, though
-- nothing shows that it is still open. It does not stop a build: the export may have lost it, and a
-- correction brings it back.
-- What to look at: the Incident's last export; its rows of the audit log; then ask the DCC.
with

open_incidents as (
    select
        incident_id,
        submission_key,
        logged_at
    from {{ ref('fct_incidents') }}
    where is_open
),

clock as (
    select last_reporting_month
    from {{ ref('int_extract_clocks') }}
    where extract = 'remedy_incidents'
),

last_exports as (
    select submissions.submission_key
    from {{ ref('int_submissions_current') }} as submissions
    inner join clock
        on submissions.reporting_month = clock.last_reporting_month
    where submissions.extract = 'remedy_incidents'
),

exported as (
    select staged.incident_id
    from {{ ref('stg_dcc__remedy_incidents') }} as staged
    inner join last_exports
        on staged.submission_key = last_exports.submission_key
)

select open_incidents.*
from open_incidents
left join exported
    on open_incidents.incident_id = exported.incident_id
where exported.incident_id is null
