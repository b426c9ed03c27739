{#- CPM 6A, 6B, 6C: docs/measures/cpm_6a_6b_6c.md#matching; FIR-22 -#}
{# Until when the files of a provider can know what became of an update: its extract that tells of
   activations decides. Of the DSP it is the inventory; its lists of requests tell of none. #}
with

submissions as (
    select
        submission_key,
        extract,
        provider,
        reporting_month
    from {{ ref('int_submissions_current') }}
),

clocks as (
    select
        extract,
        provider,
        known_until_at
    from {{ ref('int_extract_clocks') }}
),

evidence as (
    select
        provider,
        max(known_until_at) as known_until_at
    from clocks
    where extract in ('firmware_requests', 'comms_hub_firmware', 'device_inventory')
    group by provider
),

final as (
    select
        submissions.submission_key,
        submissions.provider,
        submissions.reporting_month,
        evidence.known_until_at
    from submissions
    left join evidence
        on submissions.provider = evidence.provider
    where
        submissions.extract
        in ('firmware_requests', 'comms_hub_firmware', 'update_firmware_requests')
)

select * from final
