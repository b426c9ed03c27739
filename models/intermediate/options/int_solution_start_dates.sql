{#- MP122B: docs/measures/solution_options.md#timeline; OPT-09, OPT-10 -#}
{# An option is ready its lead time after the approval; a lead time that is not given counts as
   none, so its date is the soonest there could be. All on one date means the named SEC Release,
   or the first one that the slowest option reaches. A month is reported if it begins on or after
   the day of the release. #}
with

approvals as (
    select
        approval_id,
        approval_date,
        is_default
    from {{ ref('implementation_approvals') }}
),

approaches as (
    select
        approaches.approach_id,
        releases.release_date as single_release_date
    from {{ ref('implementation_approaches') }} as approaches
    left join {{ ref('sec_releases') }} as releases
        on approaches.single_release_id = releases.release_id
),

releases as (
    select
        release_id,
        release_name,
        release_date,
        provenance
    from {{ ref('sec_releases') }}
),

options as (
    select
        option_id,
        option_kind,
        lead_time_months
    from {{ ref('solution_options') }}
    where option_kind != 'package' and not is_dropped
),

scopes as (
    select
        option_id,
        measure_id,
        region,
        basis
    from {{ ref('solution_option_scopes') }}
),

first_months as (
    select
        measure_id,
        first_reporting_month
    from {{ ref('code_obligations') }}
    where measure_id is not null
),

ready as (
    select
        approvals.approval_id,
        approvals.approval_date,
        approvals.is_default as is_default_approval,
        options.option_id,
        options.option_kind,
        options.lead_time_months,
        cast(
            {{ dbt.dateadd(
                'month', 'coalesce(options.lead_time_months, 0)', 'approvals.approval_date'
            ) }} as date
        ) as ready_date
    from approvals
    cross join options
),

all_ready as (
    select
        approval_id,
        max(ready_date) as last_ready_date
    from ready
    group by approval_id
),

wanted as (
    select
        ready.*,
        approaches.approach_id,
        case
            when approaches.single_release_date is null then ready.ready_date
            when approaches.single_release_date >= all_ready.last_ready_date
                then approaches.single_release_date
            else all_ready.last_ready_date
        end as wanted_date
    from ready
    inner join all_ready
        on ready.approval_id = all_ready.approval_id
    cross join approaches
),

soonest as (
    select
        wanted.approval_id,
        wanted.approach_id,
        wanted.option_id,
        min(releases.release_date) as release_date
    from wanted
    inner join releases
        on wanted.wanted_date <= releases.release_date
    group by wanted.approval_id, wanted.approach_id, wanted.option_id
),

started as (
    select
        wanted.*,
        releases.release_name,
        releases.release_date,
        releases.provenance as release_provenance,
        cast(
            date_trunc(
                'month',
                {{ dbt.dateadd('month', 1, dbt.dateadd('day', -1, 'releases.release_date')) }}
            ) as date
        ) as first_whole_month
    from wanted
    left join soonest
        on
            wanted.approval_id = soonest.approval_id
            and wanted.approach_id = soonest.approach_id
            and wanted.option_id = soonest.option_id
    left join releases
        on soonest.release_date = releases.release_date
),

final as (
    select
        started.approach_id,
        started.approval_id,
        started.option_id,
        started.option_kind,
        coalesce(scopes.measure_id, 'none') as measure_id,
        coalesce(scopes.region, 'none') as region,
        scopes.basis,
        started.release_name,
        started.release_provenance,
        started.lead_time_months,
        cast(
            case
                when scopes.basis != 'not_reportable'
                    then {{ dbt.datediff(
                        'first_months.first_reporting_month', 'started.first_whole_month', 'month'
                    ) }}
            end as integer
        ) as month_without_reporting_count,
        started.is_default_approval,
        started.lead_time_months is not null as is_lead_time_given,
        started.approval_date,
        started.ready_date,
        started.release_date,
        first_months.first_reporting_month as first_bound_month,
        case
            when scopes.basis != 'not_reportable' or scopes.basis is null
                then started.first_whole_month
        end as reported_from_month
    from started
    left join scopes
        on started.option_id = scopes.option_id
    left join first_months
        on scopes.measure_id = first_months.measure_id
)

select * from final
