{#- H13.4: docs/measures/pmr_timeliness.md#in-and-out; PMR-10 -#}
with

deliveries as (
    select
        submission_key,
        reporting_month,
        pmr_version,
        delivered_date,
        source_file,
        source_row
    from {{ ref('stg_dcc__pmr_deliveries') }}
),

submissions as (
    select
        submission_key,
        received_at
    from {{ ref('int_submissions_current') }}
),

final as (
    select
        deliveries.submission_key,
        deliveries.reporting_month,
        deliveries.pmr_version,
        deliveries.delivered_date,
        deliveries.source_file,
        deliveries.source_row
    from deliveries
    inner join submissions
        on deliveries.submission_key = submissions.submission_key
    qualify
        row_number() over (
            partition by deliveries.reporting_month, deliveries.pmr_version
            order by
                submissions.received_at desc,
                deliveries.submission_key desc,
                deliveries.source_file desc,
                deliveries.source_row desc
        ) = 1
)

select * from final
