{#- MP122B: docs/measures/solution_options.md#options; OPT-02 -#}
{# The printed total stands beside the sum of its items: a slip is shown, not mended. #}
with

costs as (
    select *
    from {{ ref('solution_option_costs') }}
),

printed as (
    select *
    from {{ ref('solution_option_printed_totals') }}
),

computed as (
    select
        cost_kind,
        sum(low_gbp) as low_gbp,
        sum(high_gbp) as high_gbp
    from costs
    group by cost_kind
),

lines as (
    select
        option_id,
        cost_kind,
        low_gbp,
        high_gbp,
        null as printed_low_gbp,
        null as printed_high_gbp,
        note,
        provenance,
        source,
        false as is_total
    from costs
    union all
    select
        'total' as option_id,
        computed.cost_kind,
        computed.low_gbp,
        computed.high_gbp,
        printed.printed_low_gbp,
        printed.printed_high_gbp,
        printed.note,
        printed.provenance,
        printed.source,
        true as is_total
    from computed
    inner join printed
        on computed.cost_kind = printed.cost_kind
),

final as (
    select
        option_id,
        cost_kind,
        note,
        provenance,
        source,
        cast(low_gbp as bigint) as low_gbp,
        cast(high_gbp as bigint) as high_gbp,
        cast(printed_low_gbp as bigint) as printed_low_gbp,
        cast(printed_high_gbp as bigint) as printed_high_gbp,
        cast(printed_low_gbp - low_gbp as bigint) as difference_low_gbp,
        cast(printed_high_gbp - high_gbp as bigint) as difference_high_gbp,
        is_total
    from lines
)

select * from final
