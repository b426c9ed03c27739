-- Both ways: a registered variant of CPM 4, 5 or 5A that nothing computes would show no events for
-- ever; one that is computed and not registered would be dropped on its way to the results.
with

registered as (
    select
        variants.measure_id,
        variants.variant_id
    from {{ ref('measure_variants') }} as variants
    where
        variants.measure_id in (
            select computed.measure_id from {{ ref('measure_incident_variants') }} as computed
        )
),

computed as (
    select
        variants.measure_id,
        variants.variant_id
    from {{ ref('measure_incident_variants') }} as variants
    inner join {{ ref('measure_incident_categories') }} as categories
        on
            variants.measure_id = categories.measure_id
            and variants.variant_id = categories.variant_id
    group by variants.measure_id, variants.variant_id
)

(
    select * from registered
    except
    select * from computed
)
union all
(
    select * from computed
    except
    select * from registered
)
