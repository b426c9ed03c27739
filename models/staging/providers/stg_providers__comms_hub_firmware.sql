with

steps as (
    select *
    from {{ source('lake', 'comms_hub_firmware') }}
),

final as (
    select
        {{ submission_key('comms_hub_firmware') }} as submission_key,
        provider,
        period,
        cast(version as integer) as submission_version,
        {{ adapter.quote('HUB_ID') }} as device_id,
        upper({{ adapter.quote('IMAGE_HASH') }}) as image_hash,
        upper({{ adapter.quote('FIRMWARE_VERSION') }}) as firmware_version,
        {{ adapter.quote('STEP') }} as hub_step,
        {{ adapter.quote('FAILURE_CODE') }} as failure_code,
        cast({{ adapter.quote('STEP_AT') }} as timestamp) as step_at,
        {{ file_name('filename') }} as source_file,
        file_row_number as source_row
    from steps
)

select * from final
