{{ config(enabled=var('loop_using_label_requests')) }}

{{ loop_returns.read('label_requests', [
    ('id', 'label_request_id', 'text'),
    ('created_at', 'requested_at', 'moment'),
    ('status', 'status', 'text'),
    ('return_id', 'return_id', 'text'),
    ('shop_id', 'shop_id', 'text'),
    ('parcel.height', 'parcel_height', 'number'),
    ('parcel.length', 'parcel_length', 'number'),
    ('parcel.width', 'parcel_width', 'number'),
    ('parcel.weight', 'parcel_weight', 'number'),
]) }}
