{#- CPM 6: docs/measures/cpm_6.md#in-and-out; SSI-02, SSI-03 -#}
{# An outage without an end is known to have lasted until its submission was received, no longer.
   Only Planned Maintenance notified as the Code asks leaves the Target Availability Period. #}
with

staged as (
    select *
    from {{ ref('stg_dcc__self_service_interface_outages') }}
),

final as (
    select
        staged.submission_key,
        staged.outage_started_at,
        coalesce(staged.outage_ended_at, submissions.received_at) as outage_ended_at,
        staged.is_planned and coalesce(staged.is_notified_in_time, false) as is_agreed_maintenance,
        staged.source_file,
        staged.source_row
    from staged
    {{ current_submissions_only('self_service_interface_outages', 'staged', 'submissions') }}
)

select * from final
