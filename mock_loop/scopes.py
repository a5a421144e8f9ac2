"""What a key may be allowed to do, in the words of Loop's key page."""

RETURNS = "Returns"
ORDERS = "Orders"
CARTS = "Carts"
DEVELOPER_TOOLS = "Developer Tools"
DESTINATIONS = "Destinations (Read)"
DESTINATIONS_WRITE = "Destinations (Write)"
HAPPY_RETURNS = "Happy Returns Shipments (Read)"
LABEL_REQUESTS = "Label Requests (Read)"
CUSTOMERS = "Customers (read)"
PRODUCTS = "Product (read)"
COLLECTIONS = "Collections (read)"
LOCATIONS = "Locations (read)"
INVENTORY = "Inventory (read)"
BULK_OPERATIONS = "Bulk Operations (Read)"
CUSTOMERS_WRITE = "Customers (write)"
PRODUCTS_WRITE = "Product (write)"
COLLECTIONS_WRITE = "Collections (write)"
LOCATIONS_WRITE = "Locations (write)"
INVENTORY_WRITE = "Inventory (write)"
BULK_OPERATIONS_WRITE = "Bulk Operations (Write)"
LABELS_WRITE = "Labels (Write)"
LABEL_REQUESTS_WRITE = "Label Requests (Write)"

ALL_SCOPES = frozenset(
    {
        RETURNS,
        ORDERS,
        CARTS,
        DEVELOPER_TOOLS,
        DESTINATIONS,
        DESTINATIONS_WRITE,
        HAPPY_RETURNS,
        LABEL_REQUESTS,
        CUSTOMERS,
        PRODUCTS,
        COLLECTIONS,
        LOCATIONS,
        INVENTORY,
        BULK_OPERATIONS,
        CUSTOMERS_WRITE,
        PRODUCTS_WRITE,
        COLLECTIONS_WRITE,
        LOCATIONS_WRITE,
        INVENTORY_WRITE,
        BULK_OPERATIONS_WRITE,
        LABELS_WRITE,
        LABEL_REQUESTS_WRITE,
    },
)
