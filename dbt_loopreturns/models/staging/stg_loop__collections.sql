{{ config(enabled=var('loop_using_collections')) }}

{{ loop_returns.read('collections', [
    ('id', 'collection_id', 'text'),
    ('external_id', 'provider_collection_id', 'text'),
    ('channel', 'channel', 'text'),
    ('name', 'collection_name', 'text'),
]) }}
