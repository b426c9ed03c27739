{#- MP122B: docs/measures/solution_options.md#packages; OPT-02, OPT-07 -#}
{# The consultation's table of costs cell by cell, the figure of each from where the project keeps
   it. #}
with

cells as (
    select *
    from {{ ref('solution_cost_cells') }}
),

costs as (
    select
        option_id,
        cost_kind,
        low_gbp,
        high_gbp
    from {{ ref('solution_option_costs') }}
    union all
    select
        'total' as option_id,
        cost_kind,
        printed_low_gbp as low_gbp,
        printed_high_gbp as high_gbp
    from {{ ref('solution_option_printed_totals') }}
),

options as (
    select
        option_id,
        impact_assessment_days_max,
        lead_time_months
    from {{ ref('solution_options') }}
),

final as (
    select
        cells.table_row,
        cells.cost_kind,
        cells.cell_state,
        cells.printed,
        cells.option_id,
        cells.note,
        cells.provenance,
        cells.source,
        cast(costs.low_gbp as bigint) as low_gbp,
        cast(costs.high_gbp as bigint) as high_gbp,
        assessments.impact_assessment_days_max,
        lead_times.lead_time_months
    from cells
    left join costs
        on
            cells.option_id = costs.option_id
            and cells.cost_kind = costs.cost_kind
    left join options as assessments
        on
            cells.option_id = assessments.option_id
            and cells.cost_kind = 'impact_assessment_days'
    left join options as lead_times
        on
            cells.option_id = lead_times.option_id
            and cells.cost_kind = 'lead_time'
)

select * from final
