{#- CPM 5, 5A: docs/measures/cpm_4_5_5a.md#blind-spots; INC-12 -#}
{# Rows of one submission with the same number are equal: landing keeps aside those that differ. #}
with

staged as (
    select *
    from {{ ref('stg_providers__incident_lists') }}
),

current_rows as (
    select staged.*
    from staged
    {{ current_submissions_only('incident_list', 'staged', 'submissions') }}
),

final as (
    select
        provider,
        provider_reference,
        incident_id,
        submission_key,
        source_file,
        source_row,
        incident_category,
        date_trunc('second', resolved_at) as resolved_at
    from current_rows
    qualify
        row_number() over (
            partition by provider, provider_reference
            order by period desc, source_file desc, source_row desc
        ) = 1
)

select * from final
