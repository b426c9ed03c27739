-- Both ways: a registered variant of CPM 6A, 6B or 6C that nothing computes would show no events
-- for ever; one computed and not registered, or without devices, would be dropped on its way to the
-- results.
with

registered as (
    select
        measure_id,
        variant_id
    from {{ ref('measure_variants') }}
    where measure_id in ('CPM_6A', 'CPM_6B', 'CPM_6C')
),

computed as (
    select
        variants.measure_id,
        variants.variant_id
    from {{ ref('measure_firmware_variants') }} as variants
    inner join {{ ref('measure_firmware_populations') }} as populations
        on
            variants.measure_id = populations.measure_id
            and variants.variant_id = populations.variant_id
            and variants.basis = populations.basis
    where variants.basis = 'measured'
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
