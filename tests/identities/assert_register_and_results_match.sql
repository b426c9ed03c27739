{{ config(group='measure') }}
-- Both ways: a registered measure, variant, month or scope without a result would be silence where
-- the Smart Energy Code asks for a figure; a result that the register does not know would be a
-- figure that nobody defined.
with

registered as (
    select
        variants.measure_id,
        variants.variant_id,
        months.reporting_month,
        scopes.scope_type,
        scopes.scope
    from {{ ref('measure_variants') }} as variants
    inner join {{ ref('measures') }} as measures
        on variants.measure_id = measures.measure_id
    inner join {{ ref('int_reporting_months_with_data') }} as months
        on measures.valid_from <= months.reporting_month
    cross join {{ ref('int_measure_scopes') }} as scopes
    where measures.valid_to is null or months.reporting_month < measures.valid_to
),

reported as (
    select distinct
        measure_id,
        variant_id,
        reporting_month,
        scope_type,
        scope
    from {{ ref('fct_measure_results') }}
),

missing as (
    select * from registered
    except
    select * from reported
),

unregistered as (
    select * from reported
    except
    select * from registered
)

select
    'no result' as fault,
    *
from missing
union all
select
    'not registered' as fault,
    *
from unregistered
