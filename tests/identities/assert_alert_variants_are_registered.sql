-- Both ways: a registered variant of CPM 3 that nothing computes would show no events for ever; one
-- that is computed and not registered would be dropped on its way to the results.
with

registered as (
    select
        measure_id,
        variant_id
    from {{ ref('measure_variants') }}
    where
        measure_id in (
            select computed.measure_id from {{ ref('measure_alert_variants') }} as computed
        )
),

computed as (
    select
        measure_id,
        variant_id
    from {{ ref('measure_alert_variants') }}
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
