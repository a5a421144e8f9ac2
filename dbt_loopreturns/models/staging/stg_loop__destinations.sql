{{ config(enabled=var('loop_using_destinations')) }}

{{ loop_returns.read('destinations', [
    ('id', 'destination_id', 'text'),
    ('name', 'destination_name', 'text'),
    ('type', 'destination_type', 'text'),
    ('enabled', 'is_enabled', 'boolean'),
    ('provider_location_id', 'provider_location_id', 'text'),
    ('address.city', 'address_city', 'text'),
    ('address.country', 'address_country', 'text'),
]) }}
